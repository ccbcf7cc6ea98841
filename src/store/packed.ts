import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Json, parseTrustedJson } from '../domain/json.ts';

/** The least work: what Datadog holds shrinks to a fifth even so. */
const LEVEL = { level: 1 };
/** The first letter says how the text is to be parsed: plainly, or slowly because a number has its own spelling. */
const PLAIN = 'p';
const SPELLED = 's';

/** A digest of a text, which tells whether it has changed without unpacking what is kept. */
export function digestOf(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** JSON text as bytes, of which `unpacked` makes its value again, numbers in their own spelling. */
export function packed(text: string): Uint8Array {
  const plain = JSON.stringify(JSON.parse(text)) === text;
  return deflateRawSync(`${plain ? PLAIN : SPELLED}${text}`, LEVEL);
}

/** The value of packed bytes. Throws where they are damaged. */
export function unpacked(bytes: unknown): Json {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('what was kept is no bytes');
  const text = inflateRawSync(bytes).toString();
  const json = text.slice(1);
  return text.startsWith(PLAIN) ? JSON.parse(json) : parseTrustedJson(json);
}
