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

/** A template that Datadog renders for a notification: docs, monitors/notify ("the subject or body of the notification"). */
export interface MonitorText {
  readonly path: Path;
  readonly text: string;
  readonly read: ParsedMessage;
}

/** A part of a template other than plain text. */
export interface TextPart {
  readonly path: Path;
  readonly part: Variable | MessageCall | Block | Handle;
  readonly within: readonly Enclosing[];
}

/** Parses the message, the name and the escalation message. */
export function textsOf(monitor: JsonObject): MonitorText[] {
  const { message, name, options } = monitor;
  const again = isObject(options) ? options['escalation_message'] : undefined;
  const texts: MonitorText[] = [];
  const add = (path: Path, text: unknown): void => {
    if (typeof text === 'string') texts.push({ path, text, read: parseMessage(text) });
  };
  add(['message'], message);
  add(['name'], name);
  add(['options', 'escalation_message'], again);
  return texts;
}

/** Returns the parts other than plain text. A handle in a name notifies nobody, so it is skipped. */
export function textPartsOf(texts: readonly MonitorText[]): TextPart[] {
  const found: TextPart[] = [];
  for (const { path, read } of texts) {
    for (const { part, within } of placedParts(read.parts)) {
      if (part.kind === 'text' || part.kind === 'verbatim') continue;
      if (part.kind !== 'handle' || path[0] !== 'name') found.push({ path, part, within });
    }
  }
  return found;
}
