import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemOf } from '../../test/documents-in-process.ts';
import { portsWithoutDatadog, unaskedPort } from '../../test/fake-ports.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Ports } from './ports.ts';
import { applyPlan } from './document/apply-plan.ts';
import type { DocumentPlan, LiveState } from './document/document-plan.ts';
import { runAtOnce } from '../runtime/concurrency/throttle.ts';
import { planningDocument } from './document/plan-document.ts';
import { readDocument } from './document/read-document.ts';
import { plan } from './plan.ts';

const FORGED = ['env:prod', 'birddog key:b/x'];
const MONITOR: JsonObject = { type: 'query alert', name: 'Load', query: 'avg(last_5m):avg:a{*} > 1' };
const WAY = { route: 'listed', service: 'a' } as const;
const LIVE: LiveState = {
  own: { monitor: [], dashboard: [] },
  contested: { monitor: [], dashboard: [] },
  adoptable: new Map(),
  foreign: new Map(),
};

/** A Datadog that holds nothing and takes no write. */
function world(held: readonly JsonObject[] = []) {
  const clock = manualClock();
  const ports: Ports = {
    ...portsWithoutDatadog(clock),
    monitor: { ...unaskedPort('monitor'), find: async () => [...held] },
  };
  const context = {
    caller: { name: 'c' },
    requestId: 'r',
    traceparent: '',
    deadline: deadlineAfter(10_000, clock),
  };
  return { ports, context };
}
const compiled = (verb: 'create' | 'update', object: JsonObject) =>
  ({
    verb,
    kind: 'monitor',
    stored: 'monitor',
    application: 'a',
    key: 'load',
    id: undefined,
    pointer: '/monitor',
    object,
    stamp: { application: 'a' },
    findings: [],
  }) as const;
const forgedDocument = readDocument({
  apiVersion: 'birddog/v1',
  application: 'a',
  team: 't',
  tags: [...FORGED],
  monitors: [{ key: 'load', ...MONITOR }],
});

describe('a path that forgets to lint', () => {
  it('cannot create or update a monitor with a second marker', async () => {
    const held = { ...MONITOR, id: 1, tags: ['birddog_application:a', 'birddog_key:a/load'] };
    for (const [verb, there] of [
      ['create', []],
      ['update', [held]],
    ] as const) {
      const { ports, context } = world(there);
      const { code, extras } = await problemOf(
        plan(compiled(verb, { ...MONITOR, tags: [...FORGED] }), 'load', ports, context),
      );
      assert.deepEqual(
        [code, extras.findings?.map((finding) => `${finding.code} ${finding.pointer}`)],
        ['invalid', ['marker_written /monitor/tags/1']],
      );
    }
  });

  it('plans no write of a document that joins a marker to its entries', () => {
    const planned = runAtOnce(planningDocument(forgedDocument, LIVE, WAY, false));
    assert.deepEqual(planned.steps, []);
    assert.deepEqual(
      planned.refused.map(({ wanted, findings }) => [wanted.key, findings.map(({ pointer }) => pointer)]),
      [['load', ['/tags/1']]],
    );
  });

  it('cannot apply a plan that was made without looking', async () => {
    const { ports, context } = world();
    const [wanted] = forgedDocument.wanted;
    const made: DocumentPlan = {
      application: 'a',
      basis: '',
      refused: [],
      findings: [],
      steps: [
        [
          {
            planned: { kind: 'monitor', key: 'load', action: 'create', changes: [] },
            stored: 'monitor',
            key: 'load',
            wanted,
            live: undefined,
            desired: {},
          },
        ],
      ],
    };
    const { done, failure } = await applyPlan({
      document: forgedDocument,
      plan: made,
      live: LIVE,
      route: WAY,
      ports,
      context,
    });
    assert.deepEqual(done, []);
    assert.ok(failure?.error instanceof Error && /ownership marker/.test(failure.error.message));
  });
});
