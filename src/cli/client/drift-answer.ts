import type { JsonObject } from '../../domain/json.ts';
import type { ManagedKind } from '../../domain/managed-kind.ts';
import type { Change } from '../../domain/plan.ts';
import type { Pointer } from '../../domain/pointer.ts';
import type { FileDocument } from '../documents/documents.ts';
import { changesIn, kindIn, objectsIn, optionalText, text } from './plan-answer.ts';
import type { Failure } from '../print/print-failure.ts';

/** By whom, where that is known, and when (ISO 8601). */
export interface Authored {
  readonly by?: string;
  readonly at?: string;
}

/** One object that was changed in Datadog, or deleted there. */
export interface DriftedObject extends Authored {
  readonly kind: ManagedKind;
  readonly key: string;
  readonly id: string;
  /** Where its entry stands in the document. */
  readonly pointer: Pointer;
  readonly drift: 'changed' | 'deleted';
  /** From what was applied to what Datadog holds. */
  readonly changes: readonly (Change & Authored)[];
}

/** A document, and what was changed of it; or what kept that from being known. */
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

/** Reads the answer of `/drift`. Throws NoAnswer where it is of another Birddog than this command knows. */
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

function authored(told: JsonObject): Authored {
  return { ...optionalText(told, 'by'), ...optionalText(told, 'at') };
}
