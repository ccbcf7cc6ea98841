import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  documentOf,
  idOf,
  items,
  monitorEntry as monitor,
  startInProcess,
  told,
} from '../../../test/documents-in-process.ts';
import { emulatedDatadog } from '../../../test/emulated-datadog.ts';
import type { JsonObject } from '../../domain/json.ts';
import { ProblemError } from '../../domain/problem.ts';
import { openStore } from '../../ledger/ledger.ts';
import type { PipelineRequest } from '../request.ts';

const LOGS = { type: 'log alert', query: 'logs("status:error").index("*").rollup("count").last("5m") > 2' };
const both = (message: string): JsonObject => ({
  key: 'both',
  type: 'composite',
  name: 'Both',
  query: '${monitor:a} && ${monitor:b}',
  message,
});
const LAYOUT = { x: 0, y: 0, width: 4, height: 4 };
const dashboard = (key: string, description: string): JsonObject => ({
  key,
  title: key,
  description,
  layout_type: 'ordered',
  widgets: [{ definition: { type: 'alert_value', alert_id: '${monitor:a}' }, layout: LAYOUT }],
});

interface Case {
  readonly what: string;
  /** The document that was applied before, if any. */
  readonly first: JsonObject | undefined;
  readonly second: JsonObject;
  readonly query: PipelineRequest['query'];
  readonly keys: readonly string[];
  /** The former key of each object that is renamed. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Returns an entry that gives the object of another key its own one. */
const renamed = (entry: JsonObject, key: string): JsonObject => ({
  ...entry,
  key,
  renamed_from: entry['key'] ?? '',
});

const CASES: readonly Case[] = [
  {
    what: 'that creates everything',
    first: undefined,
    second: documentOf({
      monitors: [monitor('a'), monitor('b'), monitor('c'), both('x')],
      dashboards: [dashboard('d', 'x'), dashboard('e', 'x')],
    }),
    query: {},
    keys: ['a', 'b', 'both', 'c', 'd', 'e'],
  },
  {
    what: 'that updates, replaces, creates and deletes',
    first: documentOf({
      monitors: [monitor('a'), monitor('b'), monitor('old'), monitor('older'), both('x')],
      dashboards: [dashboard('d', 'x'), dashboard('gone', 'x')],
    }),
    second: documentOf({
      monitors: [monitor('a', LOGS), monitor('b', { message: 'y' }), monitor('new'), both('y')],
      dashboards: [{ ...dashboard('d', 'y'), layout_type: 'free' }, dashboard('f', 'y')],
    }),
    query: { force: 'true', prune: 'true' },
    keys: ['a', 'b', 'both', 'd', 'f', 'new'],
  },
  {
    what: 'that renames a chain and a dashboard, updates, creates and deletes',
    first: documentOf({
      monitors: [monitor('a'), monitor('b'), monitor('old')],
      dashboards: [dashboard('d', 'x'), dashboard('gone', 'x')],
    }),
    second: documentOf({
      monitors: [renamed(monitor('b', { message: 'y' }), 'c'), renamed(monitor('a'), 'b'), monitor('new')],
      dashboards: [
        renamed({ ...dashboard('d', 'y'), widgets: [] }, 'e'),
        { ...dashboard('f', 'x'), widgets: [] },
      ],
    }),
    query: { prune: 'true' },
    keys: ['b', 'c', 'e', 'f', 'new'],
    renamed: { b: 'a', c: 'b', e: 'd' },
  },
];

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'killed-'));
});
after(() => rmSync(folder, { recursive: true }));

describe('an apply that is killed after any write', () => {
  for (const [at, { what, first, second, query, keys, renamed: former = {} }] of CASES.entries()) {
    for (const ledger of ['kept', 'lost'] as const) {
      it(`${what} reaches the same result when it is repeated, without duplicates (ledger ${ledger})`, async (t) => {
        let nth = 1;
        for (; ; nth += 1) {
          const file = join(folder, `${at}-${ledger}-${nth}.sqlite`);
          const world = emulatedDatadog();
          const store = openStore(file, { clock: world.clock });
          const killed = startInProcess({ world, store });
          if (first) await killed.apply(first);
          const planned = first && (await killed.plan(first));
          const cut = killed.cutAtWrite(nth);
          const whole = killed.apply(second, query).then(() => 'whole' as const);
          const end = await Promise.race([whole, cut.then(() => 'cut' as const)]);
          // A kill also ends the concurrent writes. Let them proceed as far as they get.
          await new Promise((resolve) => setImmediate(resolve));
          await store.close();
          killed.restart();
          if (end === 'whole') break;
          const again = startInProcess({
            world: killed.world,
            store: openStore(ledger === 'kept' ? file : ':memory:', { clock: world.clock }),
          });
          const body = await again.apply(second, query).catch((error: unknown) => {
            // A write that was recorded and not sent can land as far as anybody knows.
            assert.ok(error instanceof ProblemError && error.code === 'outcome_unknown', String(error));
            world.clock.advance(31_000);
            return again.apply(second, query);
          });
          assert.deepEqual(body['remaining'], [], `write ${nth}`);
          const expected = keys.map((key) => `${key} none`);
          const plan = await again.plan(second);
          assert.deepEqual(told(plan).sort(), expected, `write ${nth}`);
          for (const [key, from] of Object.entries(former))
            assert.equal(idOf(plan, key), idOf(planned ?? {}, from), `the id of ${key}, write ${nth}`);
          const monitors = items(again.person('GET', '/api/v1/monitor')).length;
          const boards = items(again.person('GET', '/api/v1/dashboard')['dashboards']).length;
          assert.equal(monitors + boards, keys.length, `write ${nth}`);
        }
        t.diagnostic(`killed after each of ${nth - 1} writes`);
        assert.ok(nth > 5);
      });
    }
  }
});
