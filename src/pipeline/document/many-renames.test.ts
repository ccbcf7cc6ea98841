import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codes, documentOf, monitorEntry, startInProcess } from '../../../test/documents-in-process.ts';
import { readDocument } from './read-document.ts';
import { renamesOf } from './renames.ts';

const renamed = (key: string, from: string | string[]) => ({ ...monitorEntry(key), renamed_from: from });

describe('many renames', () => {
  it('looks at each entry of a chain a bounded number of times, in any order', () => {
    const readsOf = (size: number) => {
      let reads = 0;
      const keys = Array.from({ length: size }, (_, at) => `k${size - at}`);
      const { entries } = readDocument(
        documentOf({ monitors: keys.map((key) => renamed(key, `k${Number(key.slice(1)) - 1}`)) }),
      );
      const counted = entries.map((entry) => ({
        ...entry,
        get renamedFrom() {
          reads += 1;
          return entry.renamedFrom;
        },
      }));
      const live = { renamable: new Map(), presentNames: new Map(), adoptable: new Map() };
      const renames = renamesOf(counted, 'app', live, (name) => (name.endsWith('/k0') ? [{ id: 1 }] : []));
      assert.equal(renames.of.size, 1);
      return reads;
    };
    assert.ok(readsOf(400) < 2.5 * readsOf(200), `${readsOf(400)} and ${readsOf(200)}`);
  });

  it('refuses an entry with more former names than are looked up', async () => {
    const { plan, planRefused, ports } = startInProcess();
    let lookups = 0;
    const ledger = { ...ports.ledger, renamedTo: async () => void (lookups += 1) };
    Object.assign(ports, { ledger });
    const names = Array.from({ length: 21 }, (_, at) => `former-${at}`);
    const tooMany = await planRefused(documentOf({ monitors: [renamed('a', names)] }));
    assert.deepEqual(codes(tooMany), ['wrong_value', 'rename_missing']);
    assert.equal(lookups, 20);
    assert.deepEqual(codes(await plan(documentOf({ monitors: [renamed('a', names.slice(1))] }))), [
      'rename_missing',
    ]);
  });
});
