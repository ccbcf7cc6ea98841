import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { DOCUMENT_LIMITS, type Format } from '../../format/decoded.ts';

/** A file cannot be read or written. The message does not include the name of the file. */
export class FileError extends Error {}

const EXTENSIONS: ReadonlyMap<string, Format> = new Map([
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
  ['.toml', 'toml'],
]);

/** Reports whether the extension of a file determines its format. */
export function hasFormatExtension(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase());
}

/** Returns the format of a file by its extension, or `otherwise`. Throws FileError if neither is known. */
export function formatOfFile(name: string, otherwise: Format | undefined): Format {
  const format = EXTENSIONS.get(extname(name).toLowerCase()) ?? (name === '-' ? 'yaml' : undefined);
  const chosen = name === '-' ? (otherwise ?? format) : (format ?? otherwise);
  if (chosen === undefined) {
    throw new FileError(
      'unknown extension: rename the file to .yaml, .yml, .json or .toml, or pass --input-format',
    );
  }
  return chosen;
}

/** Reads a file up to the maximum size of a document. Throws FileError. */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readBounded(createReadStream(path, { end: DOCUMENT_LIMITS.bytes }));
  } catch (error) {
    throw fileError(error);
  }
}

/** Reads a stream up to the maximum size of a document. Throws FileError. */
export async function readBounded(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > DOCUMENT_LIMITS.bytes) {
      throw new FileError(`the file is larger than the maximum of ${DOCUMENT_LIMITS.bytes} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Replaces the text of a file atomically and keeps its mode. Throws FileError. */
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
    throw fileError(error);
  }
}

/** Writes a new file. Throws FileError, also if the file exists. */
export async function createText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw fileError(error);
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file'],
  ['EEXIST', 'the file already exists: choose another name, or remove it'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
]);

function fileError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FileError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return new FileError(REASONS.get(code) ?? error.message, { cause: error });
}
