import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { FuzzInput } from './fuzz-case.ts';
import { type Fault, type FaultKind, jobSchema } from './messages.ts';

/** Folder of the minimised inputs, one file each. The suite replays them. */
export const FOUND_FOLDER = join(import.meta.dirname, 'found');

const storedInput = jobSchema.shape.input.unwrap().omit({ body: true }).extend({
  /** The body as text, or in base64 if it is not UTF-8. */
  text: z.string().optional(),
  base64: z.string().optional(),
});
const rawRequest = z.object({
  /** Bytes for a socket, in base64, one string per write. */
  pieces: z.array(z.string()),
});

const foundSchema = z.object({
  name: z.string(),
  kind: z.string(),
  signature: z.string(),
  mustHold: z.string(),
  input: storedInput.optional(),
  /** A fault that only occurs over HTTP. */
  raw: rawRequest.optional(),
});
export type FoundFile = z.infer<typeof foundSchema>;

const MUST_HOLD: Readonly<Record<FaultKind, string>> = {
  exception: 'No exception but a ProblemError leaves the pipeline.',
  internal_error: 'The pipeline does not end in the problem "internal".',
  finding_without_place: 'Each finding has a line and a column within the text.',
  unresolved_pointer: 'The pointer of each finding resolves to a value of the body.',
  unreadable_answer: 'The answer reads back as the same value, in JSON and in YAML.',
  failing_fix: 'The fix of a finding applies to the text.',
  hang: 'The request is answered.',
  crash: 'The process survives.',
  superlinear: 'The cost grows no faster than the input.',
  memory_growth: 'Memory does not grow with the number of requests.',
  status_500: 'The answer is not a 500.',
  no_answer: 'The request is answered, or its connection closed.',
  process_ended: 'The server survives.',
};

/** Writes a minimised input as a file of `folder`, named after its fault. Returns the path. */
export function saveFound(folder: string, fault: Fault, input: FuzzInput): string {
  const { body, ...rest } = input;
  const text = Buffer.from(body).toString();
  const asText = Buffer.from(text).equals(Buffer.from(body))
    ? { text }
    : { base64: Buffer.from(body).toString('base64') };
  return write(folder, { ...about(fault), input: { ...rest, ...asText } });
}

/** Writes the bytes of a connection as a file of `folder`. Returns the path. */
export function saveRaw(folder: string, fault: Fault, pieces: readonly Uint8Array[]): string {
  const raw = { pieces: pieces.map((piece) => Buffer.from(piece).toString('base64')) };
  return write(folder, { ...about(fault), raw });
}

function about({ kind, signature }: Fault): Pick<FoundFile, 'name' | 'kind' | 'signature' | 'mustHold'> {
  const words = `${kind}-${signature}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return { name: words.slice(0, 90).replace(/-$/, ''), kind, signature, mustHold: MUST_HOLD[kind] };
}

function write(folder: string, file: FoundFile): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${file.name}.json`);
  writeFileSync(path, `${JSON.stringify(file, undefined, 2)}\n`);
  return path;
}

/** Reads every file of the folder. */
export function readFound(folder: string): FoundFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => foundSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
}

/** Returns the input that a file describes. */
export function inputOf({ name, input }: FoundFile): FuzzInput | undefined {
  if (!input) return undefined;
  const { text, base64, before, ...rest } = input;
  if (text === undefined && base64 === undefined) throw new TypeError(`${name} has no body`);
  const body = text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text);
  return { ...rest, body, ...(before === undefined ? {} : { before }) };
}
