import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';

/** A file that cannot be read or written. The message is a sentence without the file's name. */
export class FileError extends Error {}

const EXTENSIONS: ReadonlyMap<string, Format> = new Map([
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
  ['.toml', 'toml'],
]);

/** Whether the name of a file says its format. */
export function isFormatNamed(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase());
}

/** The format of a file by its name. Throws FileError where the name says none. */
export function formatOfFile(name: string, otherwise: Format | undefined): Format {
  const format = EXTENSIONS.get(extname(name).toLowerCase()) ?? (name === '-' ? 'yaml' : undefined);
  const chosen = name === '-' ? (otherwise ?? format) : (format ?? otherwise);
  if (chosen === undefined) {
    throw new FileError(
      'its name ends with none of .yaml, .yml, .json, .toml; say what it holds with --input-format',
    );
  }
  return chosen;
}

/** The bytes of a file, of no more than a document may have. Throws FileError. */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await bounded(createReadStream(path, { end: DOCUMENT_LIMITS.bytes }));
  } catch (error) {
    throw told(error);
  }
}

/** The bytes of a stream, of no more than a document may have. Throws FileError. */
export async function bounded(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > DOCUMENT_LIMITS.bytes) {
      throw new FileError(`it has more than ${DOCUMENT_LIMITS.bytes} bytes, the most that are taken`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Puts a text in the place of a file's, wholly or not at all; its mode stays. Throws FileError. */
export async function replaceText(path: string, text: string): Promise<void> {
  try {
    const target = await realpath(path);
    await access(target, constants.W_OK);
    const { mode } = await stat(target);
    const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
    try {
      await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
      await chmod(draft, mode & 0o7777);
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  } catch (error) {
    throw told(error);
  }
}

/** Writes a new file. Throws FileError, where one of that name is there already too. */
export async function createText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw told(error);
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EEXIST', 'it is there already: name another file, or remove it'],
  ['EACCES', 'you may not read or change it'],
  ['EPERM', 'you may not read or change it'],
]);

function told(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FileError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return new FileError(REASONS.get(code) ?? error.message, { cause: error });
}
