import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemOf } from '../../test/documents-in-process.ts';
import { portsWithoutDatadog } from '../../test/fake-ports.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { applyPlan } from './document/apply-plan.ts';
import type { DocumentPlan, LiveState } from './document/document-plan.ts';
import { runAtOnce } from '../domain/steps.ts';
import { planningDocument } from './document/plan-document.ts';
import { readDocument } from './document/read-document.ts';
import { requireWritable } from './object-write.ts';
import type { ObjectWrite } from './read-object.ts';

const FORGED = ['env:prod', 'birddog key:b/x'];
const MONITOR: JsonObject = { type: 'query alert', name: 'Load', query: 'avg(last_5m):avg:a{*} > 1' };
const ROUTE = { route: 'listed', service: 'a' } as const;
const LIVE: LiveState = {
  own: { monitor: [], dashboard: [] },
  contested: { monitor: [], dashboard: [] },
  adoptable: new Map(),
  renamable: new Map(),
  presentNames: new Map(),
  foreign: new Map(),
};

/** Creates a fake Datadog that accepts no request. */
function world() {
  const clock = manualClock();
  const ports = portsWithoutDatadog(clock);
  const context = {
    caller: { name: 'c' },
    requestId: 'r',
    traceparent: '',
    deadline: deadlineAfter(10_000, clock),
  };
  return { ports, context };
}
/** Returns a write of one monitor, without lint. */
function writeOf(verb: 'create' | 'update', object: JsonObject): ObjectWrite {
  const target = { stored: 'monitor', key: 'load', id: undefined } as const;
  const fields = { adopt: undefined, renamedFrom: [], unmanaged: [], references: [] };
  const entry = { ...target, ...fields, kind: 'monitor', pointer: '/monitor', object, verb } as const;
  const document = { application: 'a', team: undefined, aliases: {}, entries: [entry], findings: [] };
  return { kind: 'monitor', target, document: { ...document, only: target }, names: [], linted: [] };
}
const forgedDocument = readDocument({
  apiVersion: 'birddog/v1',
  application: 'a',
  team: 't',
  tags: [...FORGED],
  monitors: [{ key: 'load', ...MONITOR }],
});

describe('a request that bypasses lint', () => {
  it('cannot create or update a monitor with a second marker', async () => {
    const stored = { ...MONITOR, id: 1, tags: ['birddog_application:a', 'birddog_key:a/load'] };
    for (const [verb, existing] of [
      ['create', []],
      ['update', [stored]],
    ] as const) {
      const { ports, context } = world();
      const write = writeOf(verb, { ...MONITOR, tags: [...FORGED] });
      const live: LiveState = { ...LIVE, own: { monitor: existing, dashboard: [] } };
      const plan = runAtOnce(planningDocument(write.document, live, ROUTE));
      const operation = OPERATIONS.find(({ path }) => path === `/${verb}_monitor`);
      assert.ok(operation);
      const request = { operation, query: {}, route: ROUTE, context };
      const { code, extras } = await problemOf(
        requireWritable({ ...write, live, plan }, { request, ports, atEnd: () => {} }),
      );
      assert.deepEqual(
        [code, extras.findings?.map((finding) => `${finding.code} ${finding.pointer}`)],
        ['invalid', ['marker_written /monitor/tags/1']],
      );
    }
  });

  it('plans no write for a document whose common tags add a marker to its entries', () => {
    const planned = runAtOnce(planningDocument(forgedDocument, LIVE, ROUTE));
    assert.deepEqual(planned.steps, []);
    assert.deepEqual(
      planned.refused.map(({ entry, findings }) => [entry.key, findings.map(({ pointer }) => pointer)]),
      [['load', ['/tags/1']]],
    );
  });

  it('cannot apply a plan that was not checked', async () => {
    const { ports, context } = world();
    const [entry] = forgedDocument.entries;
    assert.ok(entry);
    const made: DocumentPlan = {
      application: 'a',
      refused: [],
      findings: [],
      steps: [
        [
          {
            action: 'create',
            kind: 'monitor',
            stored: 'monitor',
            key: 'load',
            entry,
            desired: {},
          },
        ],
      ],
    };
    const lease = await ports.ledger.acquire([{ application: 'a' }], context.deadline);
    const applying = {
      document: forgedDocument,
      plan: made,
      live: LIVE,
      route: ROUTE,
      ports,
      context,
    };
    const { done, failures } = await applyPlan(applying, lease);
    assert.deepEqual(done, []);
    const [failure] = failures;
    assert.ok(failure?.error instanceof Error && /ownership marker/.test(failure.error.message));
  });
});
