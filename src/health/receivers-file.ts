import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { secondsOf } from '../alerts/durations.ts';
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

/** Where this process reports at regular intervals that it runs. */
export interface HeartbeatConfig {
  readonly url: Secret;
  readonly everyMs: number;
}

/** The receivers file. */
export interface Receivers {
  readonly receivers: readonly ReceiverConfig[];
  readonly heartbeat?: HeartbeatConfig;
}

/** The receivers without a receivers file. */
const DEFAULT_RECEIVERS: Receivers = { receivers: [{ type: 'datadog_event' }] };
const TYPES = ['datadog_event', 'webhook'] as const;
const MAX_RECEIVERS = 20;
/** Interval of the heartbeat without `every`, and its limits in seconds. */
const DEFAULT_EVERY = '60s';
const [MIN_SECONDS, MAX_SECONDS] = [10, 3600];

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
    heartbeat: z
      .strictObject(
        {
          url_file: z.string('url_file must be a string').min(1, 'url_file must not be empty'),
          every: z.string('every must be a duration, such as 60s').optional(),
        },
        'heartbeat must be an object with url_file',
      )
      .optional(),
  },
  'the file must be an object with receivers',
);

/** Reads the receivers file; an empty path stands for the default. Throws SettingsError with every fault by line and column. */
export async function readReceivers(path: string): Promise<Receivers> {
  if (path === '') return DEFAULT_RECEIVERS;
  const folder = dirname(path);
  const bytes = readBytes(path);
  const file = await readYamlFile(
    bytes,
    fileSchema,
    () => [],
    (value) => [...entryFaults(value, folder), ...heartbeatFaults(value, folder)],
  ).catch((error: Error) => {
    const lines = error.message.split('\n');
    throw new SettingsError(lines.map((line) => `BIRDDOG_RECEIVERS: ${path}:${line}`));
  });
  const receivers = file.receivers.map(({ type, url_file = '' }) =>
    type === 'webhook' ? { type, url: readUrl(resolve(folder, url_file)) } : { type },
  );
  if (!file.heartbeat) return { receivers };
  const { url_file, every = DEFAULT_EVERY } = file.heartbeat;
  const everyMs = (secondsOf(every) ?? 0) * 1000;
  return { receivers, heartbeat: { url: readUrl(resolve(folder, url_file)), everyMs } };
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
    return urlFileFaults(file, folder, pointerTo(pointer, 'url_file'));
  });
}

function heartbeatFaults(value: Json, folder: string): Finding[] {
  const heartbeat = isObject(value) ? value['heartbeat'] : undefined;
  if (!isObject(heartbeat)) return [];
  const { url_file: file, every = DEFAULT_EVERY } = heartbeat;
  const faults = urlFileFaults(file, folder, pointerTo('', 'heartbeat', 'url_file'));
  const seconds = typeof every === 'string' ? (secondsOf(every) ?? 0) : MIN_SECONDS;
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return faults;
  const message = `every must be a duration from ${MIN_SECONDS}s to 1h.`;
  return [...faults, { ...FAULT, pointer: pointerTo('', 'heartbeat', 'every'), message }];
}

/** Returns the fault of a file with an address. The schema reports a name that is no text. */
function urlFileFaults(file: Json | undefined, folder: string, pointer: string): Finding[] {
  if (typeof file !== 'string' || file === '') return [];
  try {
    readUrl(resolve(folder, file));
    return [];
  } catch (error) {
    return [{ ...FAULT, pointer, message: error instanceof Error ? error.message : String(error) }];
  }
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
