import type { JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-kind.ts';
import type { Change } from '../domain/plan.ts';
import type { Pointer } from '../domain/pointer.ts';
import type { FileDocument } from './documents.ts';
import { changesIn, kindIn, objectsIn, optionalText, text } from './plan-answer.ts';
import type { Failure } from './print-failure.ts';

/** One object that was changed in Datadog, or deleted there. */
export interface DriftedObject {
  readonly kind: ManagedKind;
  readonly key: string;
  readonly id: string;
  /** Where its entry stands in the document. */
  readonly pointer: Pointer;
  readonly drift: 'changed' | 'deleted';
  /** From what was applied to what Datadog holds. */
  readonly changes: readonly Change[];
  readonly by?: string;
  /** ISO 8601. */
  readonly at?: string;
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
    changes: changesIn(one),
    ...optionalText(one, 'by'),
    ...optionalText(one, 'at'),
  }));
}
