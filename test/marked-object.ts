import assert from 'node:assert/strict';
import type { JsonObject } from '../src/domain/json.ts';
import type { StoredKind } from '../src/domain/managed-fields.ts';
import { type Stamp, stamped } from '../src/domain/marker.ts';

/** Returns an object with Birddog's marker, as it is sent to Datadog. */
export function markedObject(kind: StoredKind, object: JsonObject, stamp: Stamp): JsonObject {
  const result = stamped(kind, object, stamp);
  assert.ok(result.ok, JSON.stringify(result));
  return result.object;
}
