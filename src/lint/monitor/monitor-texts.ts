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

/** A text that Datadog fills in when it notifies: docs, monitors/notify ("the subject or body of the notification"). */
export interface MonitorText {
  readonly path: Path;
  readonly text: string;
  readonly read: ParsedMessage;
}

/** A part of such a text that is no plain text. */
export interface TextPart {
  readonly path: Path;
  readonly part: Variable | MessageCall | Block | Handle;
  readonly within: readonly Enclosing[];
}

/** The message, the name and what is said when it notifies again, read. */
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

/** Their parts but for plain text. A name tells nobody: what looks like a handle in it is none. */
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
