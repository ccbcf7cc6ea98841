import { z } from 'zod';
import { utf8Text } from '../format/decode.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';
import { escapeHidden } from '../domain/hidden-characters.ts';
import { KnownRecipients } from '../lint/recipients/known-recipients.ts';
import { readYamlFile } from './read-yaml-file.ts';

/** A handle with or without `@`: a name, or an email address; `*` at the end stands for any text. */
const HANDLE = /^@?[\w.+-]+(?:@[\w.-]+)?\*?$/;
const MAX_HANDLES = 50_000;
/** Maximum length of a handle: an email address has at most 254 characters. */
const MAX_LENGTH = 256;
/** Maximum faults that an error lists, and characters of a line that it quotes. */
const MAX_FAULTS = 20;
const MAX_QUOTED = 60;

const HANDLE_RULE =
  'a handle is a name such as @slack-ops or ops@example.com; * at the end stands for any text';
const listSchema = z
  .array(z.string('a handle must be a string').max(MAX_LENGTH, HANDLE_RULE).regex(HANDLE, HANDLE_RULE))
  .max(MAX_HANDLES, `the file must have at most ${MAX_HANDLES} handles`);

/**
 * Reads a file of handles, which lists every recipient: one on each line, where `#` starts a comment, or a YAML list. Throws Error
 * with one line for each fault.
 */
export async function readHandlesFile(bytes: Buffer): Promise<KnownRecipients> {
  const handles = await handlesIn(bytes);
  if (handles.length === 0) throw new Error('1:1: the file has no handles');
  return new KnownRecipients(handles, () => true);
}

async function handlesIn(bytes: Buffer): Promise<readonly string[]> {
  if (bytes.length > OBJECT_LIMITS.bytes)
    throw new Error(`the file has ${bytes.length} bytes; the maximum is ${OBJECT_LIMITS.bytes} bytes`);
  const lines = utf8Text(bytes).split(/\r?\n/);
  const first = lines.map((line) => line.trim()).find((line) => line !== '' && !line.startsWith('#'));
  if (first !== undefined && /^(?:-\s|-$|\[|---)/.test(first))
    return readYamlFile(bytes, listSchema, () => []);
  const handles: string[] = [];
  const faults: string[] = [];
  for (const [at, line] of lines.entries()) {
    const handle = (line.split('#', 1)[0] ?? '').trim();
    if (handle === '') continue;
    if (handle.length <= MAX_LENGTH && HANDLE.test(handle)) handles.push(handle);
    else if (faults.length < MAX_FAULTS)
      faults.push(
        `${at + 1}:1: "${escapeHidden(handle.slice(0, MAX_QUOTED))}" is not a handle: ${HANDLE_RULE}`,
      );
  }
  if (handles.length > MAX_HANDLES) faults.push(`1:1: the file must have at most ${MAX_HANDLES} handles`);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return handles;
}
