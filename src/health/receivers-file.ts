import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { readYamlFile } from '../contract/read-yaml-file.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type Json } from '../domain/json.ts';
import { pointerTo } from '../domain/pointer.ts';
import { Secret } from '../domain/secret.ts';
import { serviceUrl, SettingsError } from '../runtime/settings.ts';

/** One entry of the receivers file. */
export type ReceiverConfig =
  | { readonly type: 'datadog_event' }
  | { readonly type: 'webhook'; readonly url: Secret };

/** The receivers without a receivers file. */
const DEFAULT_RECEIVERS: readonly ReceiverConfig[] = [{ type: 'datadog_event' }];
const TYPES = ['datadog_event', 'webhook'] as const;
const MAX_RECEIVERS = 20;

const fileSchema = z.strictObject(
  {
    receivers: z
      .array(
        z.strictObject(
          {
            type: z.enum(TYPES, `type must be one of ${TYPES.join(', ')}`),
            url_file: z.string('url_file must be a string').min(1, 'url_file must not be empty').optional(),
          },
          'a receiver must be an object with type',
        ),
        'receivers must be a list',
      )
      .max(MAX_RECEIVERS, `receivers must have at most ${MAX_RECEIVERS} entries`),
  },
  'the file must be an object with receivers',
);

/** Reads the receivers file; an empty path stands for the default. Throws SettingsError with every fault by line and column. */
export async function readReceivers(path: string): Promise<readonly ReceiverConfig[]> {
  if (path === '') return DEFAULT_RECEIVERS;
  const folder = dirname(path);
  const bytes = readBytes(path);
  const file = await readYamlFile(
    bytes,
    fileSchema,
    () => [],
    (value) => entryFaults(value, folder),
  ).catch((error: Error) => {
    const lines = error.message.split('\n');
    throw new SettingsError(lines.map((line) => `BIRDDOG_RECEIVERS: ${path}:${line}`));
  });
  return file.receivers.map(({ type, url_file = '' }) =>
    type === 'webhook' ? { type, url: readUrl(resolve(folder, url_file)) } : { type },
  );
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError([`BIRDDOG_RECEIVERS: ${path} cannot be read: ${reason}`]);
  }
}

const FAULT = { code: 'invalid_receiver', severity: 'error' } as const;

/** Returns the faults that a schema cannot express. Entries may have faults of the schema besides. */
function entryFaults(value: Json, folder: string): Finding[] {
  const entries = isObject(value) && Array.isArray(value['receivers']) ? value['receivers'] : [];
  const first = entries.findIndex((entry) => isObject(entry) && entry['type'] === 'datadog_event');
  return entries.slice(0, MAX_RECEIVERS).flatMap((entry, at) => {
    if (!isObject(entry)) return [];
    const pointer = pointerTo('', 'receivers', at);
    const { type, url_file: file } = entry;
    if (type === 'datadog_event') {
      return [
        ...(at === first
          ? []
          : [{ ...FAULT, pointer, message: `Entry ${first + 1} is already a datadog_event receiver.` }]),
        ...(file === undefined
          ? []
          : [
              {
                ...FAULT,
                pointer: pointerTo(pointer, 'url_file'),
                message: 'url_file is only valid for a webhook. Remove it.',
              },
            ]),
      ];
    }
    if (type !== 'webhook') return [];
    if (file === undefined) return [{ ...FAULT, pointer, message: 'url_file is required for a webhook.' }];
    if (typeof file !== 'string' || file === '') return [];
    try {
      readUrl(resolve(folder, file));
      return [];
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return [{ ...FAULT, pointer: pointerTo(pointer, 'url_file'), message }];
    }
  });
}

/** Reads the address of a webhook. It authorizes its holder to post there, so it is a secret and no error quotes it. */
function readUrl(file: string): Secret {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    throw new Error(`The file ${file} cannot be read.`);
  }
  try {
    return new Secret(serviceUrl(text).href);
  } catch {
    throw new Error(
      `The file ${file} must contain one https address without credentials (http only on loopback).`,
    );
  }
}
