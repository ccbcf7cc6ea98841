import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, constants, mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
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

/** Reads a file up to a maximum size, by default that of a document. Throws FileError. */
export async function readBytes(path: string, maxBytes = DOCUMENT_LIMITS.bytes): Promise<Buffer> {
  try {
    return await readBounded(createReadStream(path, { end: maxBytes }), maxBytes);
  } catch (error) {
    throw fileError(error);
  }
}

/** Reads a stream up to a maximum size, by default that of a document. Throws FileError. */
export async function readBounded(stream: Readable, maxBytes = DOCUMENT_LIMITS.bytes): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) {
      throw new FileError(`the file is larger than the maximum of ${maxBytes} bytes`);
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
    await writeAtomically(target, text, mode & 0o7777);
  } catch (error) {
    throw fileError(error);
  }
}

/** Writes a file atomically, a new one or one that exists. Throws FileError. */
export async function saveText(path: string, text: string): Promise<void> {
  if (await isFile(path)) return replaceText(path, text);
  try {
    await writeAtomically(path, text, 0o666 & ~process.umask());
  } catch (error) {
    throw fileError(error);
  }
}

/** Creates a folder with those above it, unless it exists. Throws FileError. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fileError(error);
  }
}

/** Returns whether a path is a regular file; false if it does not exist. Throws FileError for a folder, device or pipe. */
export async function isFile(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isFile()) return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw fileError(error);
  }
  throw new FileError('not a regular file');
}

async function writeAtomically(target: string, text: string, mode: number): Promise<void> {
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600, flush: true });
    await chmod(draft, mode);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
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
