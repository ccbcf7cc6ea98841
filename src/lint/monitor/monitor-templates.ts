import type { JsonObject } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import type {
  Block,
  Handle,
  MessageCall,
  ParsedMessage,
  Variable,
} from '../../language/message/message-syntax.ts';
import { parseMessage } from '../../language/message/parse-message.ts';
import { type Enclosing, placedParts } from '../../language/message/walk-message.ts';
import type { Path } from '../rule.ts';

/** A template that Datadog renders for a notification: Datadog docs, monitors/notify ("the subject or body of the notification"). */
export interface MonitorTemplate {
  readonly path: Path;
  readonly text: string;
  readonly parsed: ParsedMessage;
}

/** A part of a template other than plain text. */
export interface TemplatePart {
  readonly path: Path;
  readonly part: Variable | MessageCall | Block | Handle;
  readonly within: readonly Enclosing[];
}

/** Parses the message, the name and the escalation message. */
export function templatesOf(monitor: JsonObject): MonitorTemplate[] {
  const { message, name, options } = monitor;
  const escalation = isObject(options) ? options['escalation_message'] : undefined;
  const texts: MonitorTemplate[] = [];
  const add = (path: Path, text: unknown): void => {
    if (typeof text === 'string') texts.push({ path, text, parsed: parseMessage(text) });
  };
  add(['message'], message);
  add(['name'], name);
  add(['options', 'escalation_message'], escalation);
  return texts;
}

/** Returns the parts other than plain text. A handle in a name notifies nobody, so it is skipped. */
export function templatePartsOf(texts: readonly MonitorTemplate[]): TemplatePart[] {
  const found: TemplatePart[] = [];
  for (const { path, parsed } of texts) {
    for (const { part, within } of placedParts(parsed.parts)) {
      if (part.kind === 'text' || part.kind === 'verbatim') continue;
      if (part.kind !== 'handle' || path[0] !== 'name') found.push({ path, part, within });
    }
  }
  return found;
}
