import { z } from 'zod';
import { type StoredKind } from '../../src/domain/managed-fields.ts';
import { nameOf } from './operation.ts';

/** A write that Datadog carried out, with the application, key and version of its object. */
export interface LoggedWrite {
  readonly at: number;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly id: string;
  /** The kind, application and key of the object, as its marker names them. */
  readonly name: string;
  /** The last word of the object's name: that of its content. */
  readonly version: string;
  readonly digest: string;
}

const logSchema = z.array(
  z.object({
    at: z.number(),
    method: z.enum(['POST', 'PUT', 'DELETE']),
    kind: z.enum(['monitor', 'dashboard']),
    id: z.string(),
    digest: z.string(),
    object: z.object({
      name: z.string().optional(),
      title: z.string().optional(),
      tags: z.array(z.string()).nullish(),
      description: z.string().nullish(),
    }),
  }),
);
type Entry = z.output<typeof logSchema>[number];

const KEY_TAG = 'birddog_key:';
const MARKER_LINE = /^Managed by Birddog: (.*)$/;

/** Reads the write log of Datadog's emulator. Throws ZodError if it has another form. */
export function readWriteLog(text: string): LoggedWrite[] {
  return logSchema.parse(JSON.parse(text)).map((entry) => {
    const { at, method, kind, id, digest, object } = entry;
    const words = (object.name ?? object.title ?? '').split(' ');
    return { at, method, id, digest, name: markedName(kind, entry), version: words.at(-1) ?? '' };
  });
}

/** Returns the name in the marker. An object without one gets a name that no operation has. */
function markedName(kind: StoredKind, { object, id }: Entry): string {
  const tag = object.tags?.find((one) => one.startsWith(KEY_TAG))?.slice(KEY_TAG.length);
  const line = object.description?.split('\n').at(-1) ?? '';
  const mark = kind === 'monitor' ? tag : MARKER_LINE.exec(line)?.[1];
  const [application = '', key = ''] = mark?.split('/') ?? [];
  return nameOf(application === '' ? `unmarked-${id}` : application, { kind, key });
}
