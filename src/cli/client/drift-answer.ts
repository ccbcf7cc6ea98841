import type { JsonObject } from '../../domain/json.ts';
import type { ManagedKind } from '../../domain/managed-fields.ts';
import type { Change } from '../../domain/plan.ts';
import type { Pointer } from '../../domain/pointer.ts';
import type { FileDocument } from '../documents/documents.ts';
import { changesIn, kindIn, objectsIn, optionalText, text } from './plan-answer.ts';
import type { Failure } from '../print/print-failure.ts';

/** Who made a change, and when (ISO 8601), if known. */
export interface Authored {
  readonly by?: string;
  readonly at?: string;
}

/** One object that was changed or deleted in Datadog. */
export interface DriftedObject extends Authored {
  readonly kind: ManagedKind;
  readonly key: string;
  readonly id: string;
  /** Pointer to its entry in the document. */
  readonly pointer: Pointer;
  readonly drift: 'changed' | 'deleted';
  /** Changes from the applied object to the current object in Datadog. */
  readonly changes: readonly (Change & Authored)[];
}

/** A document with its drift, or why the drift is unknown. */
export type Drift =
  | {
      readonly name: string;
      readonly document: FileDocument;
      readonly objects: readonly DriftedObject[];
      readonly failure?: undefined;
    }
  | {
      readonly name: string;
      readonly document?: FileDocument | undefined;
      readonly objects?: undefined;
      readonly failure: Failure;
    };

/** Parses the answer of `/drift`. Throws NoAnswer for an unknown format. */
export function driftAnswer(body: JsonObject): DriftedObject[] {
  return objectsIn(body, 'objects').map((one) => ({
    kind: kindIn(one),
    key: text(one, 'key'),
    id: text(one, 'id'),
    pointer: text(one, 'pointer'),
    drift: one['drift'] === 'deleted' ? 'deleted' : 'changed',
    changes: changesIn(one).map((change, at) => ({
      ...change,
      ...authored(objectsIn(one, 'changes')[at] ?? {}),
    })),
    ...authored(one),
  }));
}

function authored(value: JsonObject): Authored {
  return { ...optionalText(value, 'by'), ...optionalText(value, 'at') };
}
