import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Json, parseTrustedJson } from '../domain/json.ts';

/** The least work: what Datadog holds shrinks to a fifth even so. */
const LEVEL = { level: 1 };

/** JSON text as bytes, of which `unpacked` makes its value again, numbers in their own spelling. */
export function packed(text: string): Uint8Array {
  return deflateRawSync(text, LEVEL);
}

/** The value of packed bytes. Throws where they are damaged. */
export function unpacked(bytes: unknown): Json {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('what was kept is no bytes');
  return parseTrustedJson(inflateRawSync(bytes).toString());
}
