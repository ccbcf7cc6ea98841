import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Edit } from '../../domain/finding.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { expandDocument } from '../../expand/expand.ts';
import { acceptExpanded } from './accept-expanded.ts';

const WRITTEN: JsonObject = {
  application: 'shop',
  parameters: { env: 'prod', depth: 1000, other: 5 },
  variants: { prod: { suffix: '' }, staging: { depth: 5000 } },
  alerts: [
    { key: 'deep', title: 'Deep', message: 'In ${env}', condition: { above: '${depth}', warn: '${other}' } },
    { key: 'used', title: 'Uses ${other}' },
  ],
};

/** Accepts edits of entries of the expanded document. */
function accepted(
  written: JsonObject,
  drifts: readonly (readonly [entry: number, edits: readonly Edit[]])[],
) {
  const expansion = expandDocument(written);
  assert.ok(expansion);
  const { document: expanded, origins } = expansion;
  return acceptExpanded(
    { written, expanded, origins, options: {} },
    drifts.map(([at, edits]) => {
      const entry = `/alerts/${at}`;
      const placed = edits.map((edit) => ({ ...edit, pointer: `${entry}${edit.pointer}` }));
      return { entry, accepted: { edits: placed, orders: [] } };
    }),
  );
}
const set = (pointer: string, value: Json): Edit => ({ pointer, value });
const REFUSED = {
  reason:
    'the change would alter other objects that the entry or the parameter makes; give the variant its own value in "variants"',
};

describe('the drift of the objects of one entry', () => {
  it('is written into the entry if all of them drifted alike', () => {
    const drift = [set('/title', 'Deeper')];
    assert.deepEqual(
      accepted(WRITTEN, [
        [0, drift],
        [1, drift],
      ]),
      {
        edits: [{ pointer: '/alerts/0/title', value: 'Deeper' }],
        orders: [],
      },
    );
  });

  it('is written into the variant if the entry refers to a parameter', () => {
    assert.deepEqual(accepted(WRITTEN, [[1, [set('/condition/above', 7000)]]]), {
      edits: [{ pointer: '/variants/staging/depth', value: 7000 }],
      orders: [],
    });
    assert.deepEqual(accepted(WRITTEN, [[0, [set('/condition/above', 7)]]]), {
      edits: [{ pointer: '/variants/prod/depth', value: 7 }],
      orders: [],
    });
  });

  it('is refused if it would alter another object', () => {
    assert.deepEqual(accepted(WRITTEN, [[0, [set('/title', 'Deeper')]]]), REFUSED);
    assert.deepEqual(accepted(WRITTEN, [[0, [set('/condition/warn', 6)]]]), REFUSED);
    assert.deepEqual(accepted(WRITTEN, [[0, [set('/message', 'In prod now')]]]), REFUSED);
    assert.deepEqual(
      accepted(WRITTEN, [
        [0, [set('/title', 'A')]],
        [1, [set('/title', 'B')]],
      ]),
      REFUSED,
    );
  });

  it('leaves a variant out whose object was deleted, and removes the entry of all', () => {
    const deleted: Edit[] = [{ pointer: '', remove: true }];
    assert.deepEqual(accepted(WRITTEN, [[1, deleted]]), {
      edits: [{ pointer: '/alerts/0/except', value: ['staging'] }],
      orders: [],
    });
    assert.deepEqual(
      accepted(WRITTEN, [
        [0, deleted],
        [1, deleted],
      ]),
      {
        edits: [{ pointer: '/alerts/0', remove: true }],
        orders: [],
      },
    );
  });

  it('is written into a parameter without variants', () => {
    const { variants: _, ...plain } = WRITTEN;
    const result = accepted(plain, [[0, [set('/condition/above', 7)]]]);
    assert.deepEqual(result, { edits: [{ pointer: '/parameters/depth', value: 7 }], orders: [] });
  });
});
