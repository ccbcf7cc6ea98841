import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import { portsWithoutDatadog } from '../../test/fake-ports.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { NO_AUTHENTICATION } from '../auth/callers.ts';
import { OPERATIONS } from '../contract/operations.ts';
import { DOCUMENT_LIMITS, OBJECT_LIMITS } from '../format/decoded.ts';
import type { Route } from '../domain/application.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Incoming } from '../http/contract-app.ts';
import type { Reply } from '../runtime/reply.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { router } from './router.ts';

const DOCUMENT = 'apiVersion: birddog/v1\napplication: unlisted\nteam: t\nmonitors: []\n';

/** A door before a sidecar that hangs until `answer` is called. */
function beforeHangingSidecar() {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const forwarded: unknown[] = [];
  const serve = router({
    callers: NO_AUTHENTICATION,
    lookup: async () => ({ route: 'unlisted', missingFrom: ['leanix'] }),
    sidecar: {
      async forward({ sent }) {
        forwarded.push(sent?.bytes.length);
        return promise;
      },
    },
    ports: portsWithoutDatadog(systemClock),
  });
  return { serve, forwarded, answer: () => resolve({ status: 200, headers: {}, body: '{}' }) };
}

function incoming(
  text: string,
  caller = 'somebody',
  path = '/plan',
): Incoming & { readonly lets: Promise<void>; readonly closed: Promise<void> } {
  const operation = OPERATIONS.find((one) => one.path === path);
  assert.ok(operation);
  const { promise: lets, resolve: releaseMemory } = Promise.withResolvers<void>();
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  return {
    operation,
    query: {},
    pathAndQuery: path,
    accept: 'json',
    header: () => undefined,
    routedTo: () => {},
    releaseMemory,
    lets,
    closed,
    audit: { isAbout: () => {}, wrote: () => {}, done: () => {} },
    context: {
      caller: { name: caller },
      requestId: 'r',
      traceparent: '',
      deadline: { left: () => 20_000, signal: new AbortController().signal },
    },
    sent: {
      bytes: Buffer.from(text),
      contentType: 'application/yaml',
      format: 'yaml',
      limits: DOCUMENT_LIMITS,
    },
    inspection: {
      preflight: async () => ({
        subject: { application: 'unlisted', aliases: {} },
        wants: [],
        body: { locate: () => ({ line: 1, column: 1 }) },
      }),
      answer: () => assert.fail('nothing is linted'),
      document: () => Promise.reject(new ProblemError('invalid', 'served here')),
      close,
    },
  };
}

describe('a sidecar that hangs', () => {
  it('does not delay large documents of listed applications; only a few for the sidecar are queued', async () => {
    const { serve, forwarded, answer } = beforeHangingSidecar();
    const large = `${DOCUMENT}#${'x'.repeat(OBJECT_LIMITS.bytes)}\n`;
    const waiting: Promise<Reply>[] = [];
    for (let n = 0; n < 3; n += 1) {
      const one = incoming(large);
      waiting.push(serve(one));
      await one.lets;
    }
    await assert.rejects(serve(incoming(large)), { code: 'busy' });
    assert.equal(forwarded.length, 1, 'one at a time of each caller');
    const other = incoming(large, 'another');
    waiting.push(serve(other));
    await other.lets;
    await immediately();
    assert.equal(forwarded.length, 2);
    answer();
    for (const reply of await Promise.all(waiting)) assert.equal(reply.status, 200);
  });

  it('holds no process and no memory for a request that is forwarded', async () => {
    const { serve, answer } = beforeHangingSidecar();
    const small = incoming(DOCUMENT);
    const reply = serve(small);
    await Promise.all([small.lets, small.closed]);
    answer();
    assert.equal((await reply).status, 200);
  });
});

describe('lists of all applications', () => {
  it('are served here, two at a time and one of each caller, for callers that may read something', async () => {
    const started: PromiseWithResolvers<void>[] = [];
    const names: string[] = [];
    const ports = portsWithoutDatadog(systemClock);
    async function* list(_wanted: unknown, _after: unknown, { caller }: Incoming['context']) {
      const slot = Promise.withResolvers<void>();
      started.push(slot);
      names.push(caller.name);
      await slot.promise;
      yield { objects: [], notReadable: 0, last: '1', hasMore: false };
    }
    const serve = router({
      callers: {
        ...NO_AUTHENTICATION,
        readable: ({ name }) => {
          if (name === 'nobody') throw new ProblemError('forbidden', 'none');
          return () => true;
        },
      },
      lookup: () => assert.fail('no application is looked up'),
      sidecar: { forward: () => assert.fail('nothing is forwarded') },
      ports: { ...ports, monitor: { ...ports.monitor, list } },
    });
    const ask = (caller: string) => serve(incoming('', caller, '/get_monitors'));
    const replies = ['a', 'a', 'b', 'c'].map(ask);
    await assert.rejects(ask('nobody'), { code: 'forbidden' });
    await immediately();
    assert.deepEqual(names, ['a', 'b']);
    for (let n = 0; n < replies.length; n += 1) {
      while (started.length <= n) await immediately();
      assert.ok(started.length <= n + 2);
      started[n]?.resolve();
    }
    for (const reply of await Promise.all(replies)) assert.equal(reply.status, 200);
  });
});

describe('the writes of an application whose listing changes', () => {
  const LISTED: Route = { route: 'listed', service: 's' };
  const UNLISTED: Route = { route: 'unlisted', missingFrom: ['leanix'] };

  /** A router whose lookup and sidecar answer as the test sets. */
  function scripted() {
    const clock = manualClock();
    const state = { route: UNLISTED, mayStillLand: false, forwarded: 0 };
    const serve = router({
      callers: NO_AUTHENTICATION,
      lookup: async () => state.route,
      sidecar: {
        async forward({ context }) {
          state.forwarded += 1;
          if (state.mayStillLand) context.onMayStillLand?.();
          return { status: 200, headers: {}, body: '{}' };
        },
      },
      ports: portsWithoutDatadog(clock),
    });
    const apply = () =>
      serve(incoming(DOCUMENT, 'somebody', '/apply')).then(
        () => 'forwarded',
        () => 'served here',
      );
    return { clock, state, apply };
  }

  it('stay with the sidecar while one there may still land', async () => {
    const { clock, state, apply } = scripted();
    state.mayStillLand = true;
    assert.equal(await apply(), 'forwarded');
    state.mayStillLand = false;
    state.route = LISTED;
    assert.equal(await apply(), 'forwarded');
    clock.advance(20_000 + 30_000 + 1);
    assert.equal(await apply(), 'served here');
  });

  it('change their route at once when nothing is in progress', async () => {
    const { state, apply } = scripted();
    assert.equal(await apply(), 'forwarded');
    state.route = LISTED;
    assert.equal(await apply(), 'served here');
    state.route = UNLISTED;
    assert.equal(await apply(), 'forwarded');
  });
});

describe('a document that renames an object of another application', () => {
  /** Applies or plans one of `app` that takes an object from `listed-app` or `other`. */
  async function applying(
    source: string | readonly string[],
    ports = portsWithoutDatadog(systemClock),
    path = '/apply',
    mayStillLand = false,
  ) {
    const served: string[] = [];
    const lookedUp: string[] = [];
    const serve = router({
      callers: NO_AUTHENTICATION,
      async lookup(application) {
        lookedUp.push(application);
        return application.startsWith('listed')
          ? { route: 'listed', service: application }
          : { route: 'unlisted', missingFrom: ['leanix'] };
      },
      sidecar: {
        async forward({ context }) {
          served.push('sidecar');
          if (mayStillLand) context.onMayStillLand?.();
          return { status: 200, headers: {}, body: '{}' };
        },
      },
      ports,
    });
    const request = incoming('', 'somebody', path);
    const wants = [source].flat().map((application) => ({
      permission: 'write' as const,
      application,
      isSource: true as const,
    }));
    const preflight = async () => ({
      subject: { application: 'app', aliases: {} },
      wants,
      body: { locate: () => ({ line: 1, column: 1 }) },
    });
    assert.ok(request.inspection);
    const outcome = await serve({ ...request, inspection: { ...request.inspection, preflight } }).then(
      ({ status }) => status,
      (error: unknown) => error,
    );
    return { outcome, served, lookedUp };
  }

  it('is refused with SQLite if the other container serves that application', async () => {
    const { outcome, served } = await applying('listed-app');
    assert.ok(outcome instanceof ProblemError);
    assert.deepEqual([outcome.code, served], ['rename_across_routes', []]);
    assert.match(outcome.message, /each container has its own ledger/);
    assert.deepEqual(await applying('other'), {
      outcome: 200,
      served: ['sidecar'],
      lookedUp: ['app', 'other'],
    });
  });

  it('keeps that application on its route while the write may still land', async () => {
    const ports = portsWithoutDatadog(systemClock);
    const listed: Route = { route: 'listed', service: 'other' };
    await applying('other', ports);
    const { pin, route } = await ports.ledger.pinRoute('other', listed, 1000);
    assert.equal(route.route, 'listed');
    await ports.ledger.unpinRoute(pin);
    await applying('other', ports, '/apply', true);
    assert.equal((await ports.ledger.pinRoute('other', listed, 1000)).route.route, 'unlisted');
  });

  it('is refused if it takes objects from more than 20 applications', async () => {
    const sources = Array.from({ length: 21 }, (_, n) => `other-${n}`);
    assert.equal((await applying(sources.slice(1))).outcome, 200);
    const { outcome, lookedUp } = await applying(sources);
    assert.ok(outcome instanceof ProblemError);
    assert.deepEqual([outcome.code, lookedUp], ['too_large', ['app']]);
  });

  it('is planned without a query of the catalogs for that application', async () => {
    const { outcome, lookedUp } = await applying('listed-app', undefined, '/plan');
    assert.deepEqual([outcome, lookedUp], [200, ['app']]);
  });

  it('is refused if writes of that application are still in progress in the other container', async () => {
    const ports = portsWithoutDatadog(systemClock);
    await ports.ledger.pinRoute('other', { route: 'listed', service: 'other' }, 60_000);
    const { outcome } = await applying('other', ports);
    assert.ok(outcome instanceof ProblemError && outcome.code === 'rename_across_routes');
  });

  it('is served with a ledger that both containers share', async () => {
    const ports = portsWithoutDatadog(systemClock);
    const { readings } = ports.ledger;
    Object.assign(ports.ledger, { readings: () => ({ ...readings(), database: 'PostgreSQL' }) });
    assert.equal((await applying('listed-app', ports)).outcome, 200);
  });
});
