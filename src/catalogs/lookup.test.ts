import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOG_NAMES, type CatalogAliases, type CatalogName } from '../domain/application.ts';
import type { RequestContext } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import { createLog } from '../runtime/log.ts';
import type { Catalog, CatalogAnswer, CatalogQuery } from './catalog.ts';
import { createLookup, type LookupOptions } from './lookup.ts';

const notFound: CatalogAnswer = { answer: 'not_found' };
const down: CatalogAnswer = { answer: 'unknown', reason: 'LeanIX is unreachable' };
const found = (name: string): CatalogAnswer => ({ answer: 'found', name });

/** A clock that the test advances, which wakes sleepers. */
function testClock() {
  const sleepers: { at: number; wake: () => void }[] = [];
  const clock = {
    time: 1_000_000,
    now: () => clock.time,
    monotonic: () => clock.time,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push({ at: clock.time + ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    advance(ms: number) {
      clock.time += ms;
      for (const sleeper of sleepers) if (sleeper.at <= clock.time) sleeper.wake();
    },
  };
  return clock;
}

/** Creates a lookup with three scripted catalogs, whose answers the test sets by name. */
function setUp(options: Partial<LookupOptions> = {}) {
  const clock = testClock();
  const lines: string[] = [];
  const queries: { catalog: CatalogName; question: CatalogQuery }[] = [];
  const answers: Record<CatalogName, CatalogAnswer | Promise<CatalogAnswer> | (() => never)> = {
    datadog: found('Checkout'),
    leanix: found('checkout'),
    servicenow: found('checkout'),
  };
  const scripted =
    (catalog: CatalogName): Catalog =>
    async (question) => {
      queries.push({ catalog, question });
      const answer = answers[catalog];
      return typeof answer === 'function' ? answer() : answer;
    };
  const lookup = createLookup({
    datadog: scripted('datadog'),
    leanix: scripted('leanix'),
    servicenow: scripted('servicenow'),
    ttlMs: 60_000,
    timeoutMs: 5000,
    clock,
    log: createLog('test', (line) => lines.push(line)),
    ...options,
  });
  const context = (ms = 20_000, caller?: AbortSignal): RequestContext => {
    const end = clock.time + ms;
    return {
      caller: { name: 'test' },
      requestId: 'r',
      traceparent: '',
      deadline: { left: () => Math.max(0, end - clock.time), signal: caller ?? new AbortController().signal },
    };
  };
  const lookUp = (application = 'checkout', aliases: CatalogAliases = {}, requestContext = context()) =>
    lookup(application, aliases, requestContext);
  return { clock, lines, queries, answers, context, lookUp, lookup };
}

const problem = (code: string, check: (error: ProblemError) => void = () => {}) => {
  return (error: unknown) => {
    assert.ok(error instanceof ProblemError, String(error));
    assert.equal(error.code, code);
    check(error);
    return true;
  };
};

describe('the lookup', () => {
  it('queries all catalogs concurrently, each with its alias', async () => {
    const { lookUp, queries, answers } = setUp();
    answers.datadog = new Promise(() => {});
    answers.leanix = new Promise(() => {});
    answers.servicenow = notFound;
    void lookUp('checkout', { leanix: 'APP-1' }).catch(() => {});
    await new Promise(setImmediate);
    assert.deepEqual(
      queries.map(({ catalog, question }) => [catalog, question.name, question.alias]),
      [
        ['datadog', 'checkout', false],
        ['leanix', 'APP-1', true],
        ['servicenow', 'checkout', false],
      ],
    );
  });

  it('returns listed, with the service in lower case', async () => {
    assert.deepEqual(await setUp().lookUp(), { route: 'listed', service: 'checkout' });
  });

  it('waits for all catalogs, so that every answer names all that lack the application', async () => {
    const { lookUp, answers, queries } = setUp();
    const late = {
      leanix: Promise.withResolvers<CatalogAnswer>(),
      servicenow: Promise.withResolvers<CatalogAnswer>(),
    };
    answers.datadog = notFound;
    answers.leanix = late.leanix.promise;
    answers.servicenow = late.servicenow.promise;
    const [first, second] = [lookUp(), lookUp()];
    await new Promise(setImmediate);
    late.servicenow.resolve(notFound);
    await new Promise(setImmediate);
    late.leanix.resolve(notFound);
    const all = { route: 'unlisted', missingFrom: ['datadog', 'leanix', 'servicenow'] };
    assert.deepEqual(await Promise.all([first, second, lookUp()]), [all, all, all]);
    assert.equal(queries.length, 3);
  });

  it('returns unlisted after half of the deadline if one catalog is slow, and names it', async () => {
    const { lookUp, answers, clock, context } = setUp();
    const late = Promise.withResolvers<CatalogAnswer>();
    answers.datadog = late.promise;
    answers.leanix = notFound;
    const slow = lookUp('checkout', {}, context(1000));
    await new Promise(setImmediate);
    clock.advance(500);
    assert.deepEqual(await slow, { route: 'unlisted', missingFrom: ['leanix'], notChecked: ['datadog'] });
    late.resolve(notFound);
    await new Promise(setImmediate);
    assert.deepEqual(await lookUp(), { route: 'unlisted', missingFrom: ['datadog', 'leanix'] });
  });

  it('caches an answer without one of the catalogs for a minute', async () => {
    const { lookUp, answers, clock, queries } = setUp({ ttlMs: 300_000 });
    answers.leanix = down;
    answers.servicenow = notFound;
    const incomplete = { route: 'unlisted', missingFrom: ['servicenow'], notChecked: ['leanix'] };
    assert.deepEqual(await lookUp(), incomplete);
    assert.deepEqual(await lookUp(), incomplete);
    assert.equal(queries.length, 3);
    answers.leanix = notFound;
    clock.advance(60_000);
    assert.deepEqual(await lookUp(), { route: 'unlisted', missingFrom: ['leanix', 'servicenow'] });
  });
});

describe('lookup errors', () => {
  it('report an ambiguous application with the catalog and the matches', async () => {
    const { lookUp, answers } = setUp();
    answers.leanix = { answer: 'ambiguous', matches: ['Shop / checkout', 'Bank / checkout'] };
    await assert.rejects(
      lookUp(),
      problem('ambiguous_application', (error) => {
        assert.match(error.message, /LeanIX.*Shop \/ checkout, Bank \/ checkout/);
        assert.deepEqual(error.extras.members, {
          catalog: 'leanix',
          matches: ['Shop / checkout', 'Bank / checkout'],
        });
      }),
    );
  });

  it('report 503 with Retry-After if a catalog fails and nothing is cached', async () => {
    const { lookUp, answers, lines } = setUp();
    answers.leanix = { ...down, retryAfter: 30 };
    await assert.rejects(
      lookUp(),
      problem('catalog_unavailable', (error) => {
        assert.match(error.message, /"checkout".*LeanIX is unreachable/);
        assert.equal(error.extras.retryAfter, 30);
        assert.deepEqual(error.extras.members, { catalogs: ['leanix'] });
      }),
    );
    assert.match(lines.join(''), /"catalog_unknown","catalog":"leanix","application":"checkout"/);
  });

  it('include a catalog that throws as unavailable, and log the error', async () => {
    const { lookUp, answers, lines } = setUp();
    answers.servicenow = () => {
      throw new Error('no file servicenow-password');
    };
    await assert.rejects(lookUp(), problem('catalog_unavailable'));
    assert.match(lines.join(''), /"level":"error".*no file servicenow-password/);
  });

  for (const [what, aliases] of [
    ['a ^ for ServiceNow', { servicenow: 'a^ORnameISNOTEMPTY' }],
    ['a script for ServiceNow', { servicenow: 'javascript:gs.x()' }],
    ['a control character', { leanix: 'a\nb' }],
    ['only a space', { datadog: ' ' }],
    ['too many characters', { datadog: 'x'.repeat(201) }],
  ] satisfies [string, CatalogAliases][]) {
    it(`report an alias with ${what} at its pointer, without queries`, async () => {
      const { lookUp, queries } = setUp();
      await assert.rejects(
        lookUp('checkout', aliases),
        problem('invalid', (error) => {
          assert.equal(error.extras.findings?.[0]?.pointer, `/catalogs/${Object.keys(aliases)[0]}`);
        }),
      );
      assert.equal(queries.length, 0);
    });
  }
});

describe('the cache of the lookup', () => {
  for (const [what, answer] of [
    ['a listed application', found('checkout')],
    ['an unlisted one', notFound],
  ] satisfies [string, CatalogAnswer][]) {
    it(`serves ${what} within the time to live`, async () => {
      const { lookUp, answers, queries, clock } = setUp();
      answers.leanix = answer;
      const first = await lookUp();
      clock.advance(59_999);
      assert.deepEqual(await lookUp(), first);
      assert.equal(queries.length, 3);
      clock.advance(1);
      await lookUp();
      assert.equal(queries.length, 6);
    });
  }

  it('serves ambiguous applications', async () => {
    const { lookUp, answers, queries } = setUp();
    answers.leanix = { answer: 'ambiguous', matches: ['a', 'b'] };
    await assert.rejects(lookUp(), problem('ambiguous_application'));
    await assert.rejects(lookUp(), problem('ambiguous_application'));
    assert.equal(queries.length, 3);
  });

  it('distinguishes applications and aliases', async () => {
    const { lookUp, queries } = setUp();
    await lookUp('a');
    await lookUp('b');
    await lookUp('a', { leanix: 'b' });
    await lookUp('a', { servicenow: 'b' });
    assert.equal(queries.length, 12);
  });

  it('serves an expired answer while a catalog is unavailable', async () => {
    const { lookUp, answers, clock } = setUp();
    await lookUp();
    clock.advance(86_400_000);
    answers.leanix = down;
    assert.deepEqual(await lookUp(), { route: 'listed', service: 'checkout' });
  });

  it('prefers a definite "not found" to an expired answer', async () => {
    const { lookUp, answers, clock } = setUp();
    await lookUp();
    clock.advance(60_000);
    answers.leanix = down;
    answers.datadog = notFound;
    assert.deepEqual(await lookUp(), {
      route: 'unlisted',
      missingFrom: ['datadog'],
      notChecked: ['leanix'],
    });
  });

  it('queries the catalogs again 5 s after it served an expired answer, not on each request', async () => {
    const { lookUp, answers, clock, queries } = setUp();
    await lookUp();
    clock.advance(60_000);
    answers.leanix = down;
    await lookUp();
    await lookUp();
    assert.equal(queries.length, 6);
    answers.leanix = notFound;
    clock.advance(5000);
    assert.deepEqual(await lookUp(), { route: 'unlisted', missingFrom: ['leanix'] });
  });

  it('does not store failures', async () => {
    const { lookUp, answers } = setUp();
    answers.leanix = down;
    await assert.rejects(lookUp(), problem('catalog_unavailable'));
    answers.leanix = found('checkout');
    assert.equal((await lookUp()).route, 'listed');
  });

  it('evicts applications beyond the maximum', async () => {
    const { lookUp, queries } = setUp({ maxEntries: 2 });
    for (const application of ['a', 'b', 'c', 'c', 'b', 'a']) await lookUp(application);
    const asked = queries.filter((q) => q.catalog === 'datadog').map((q) => q.question.name);
    assert.deepEqual(asked, ['a', 'b', 'c', 'a']);
  });
});

describe('concurrent lookups', () => {
  it('of one application share one query', async () => {
    const { lookUp, queries } = setUp();
    const routes = await Promise.all(Array.from({ length: 20 }, () => lookUp()));
    assert.equal(queries.length, CATALOG_NAMES.length);
    assert.deepEqual(new Set(routes.map((w) => w.route)), new Set(['listed']));
  });

  it('continue when the first caller aborts', async () => {
    const { lookUp, answers, context, clock } = setUp();
    const late = Promise.withResolvers<CatalogAnswer>();
    answers.leanix = late.promise;
    const caller = new AbortController();
    const first = lookUp('checkout', {}, context(20_000, caller.signal));
    const second = lookUp();
    caller.abort();
    await assert.rejects(first, problem('deadline_exceeded'));
    clock.advance(10);
    late.resolve(found('checkout'));
    assert.equal((await second).route, 'listed');
  });

  it('wait for at most half of the remaining deadline', async () => {
    const { lookUp, answers, clock, context } = setUp();
    answers.leanix = new Promise(() => {});
    const asked = lookUp('checkout', {}, context(1000));
    clock.advance(500);
    await assert.rejects(asked, problem('catalog_unavailable'));
  });

  it('fall back to an expired answer if a catalog takes too long', async () => {
    const { lookUp, answers, clock, context } = setUp();
    await lookUp();
    clock.advance(60_000);
    answers.leanix = new Promise(() => {});
    const asked = lookUp('checkout', {}, context(1000));
    clock.advance(500);
    assert.equal((await asked).route, 'listed');
  });

  it('have a timeout per catalog, independent of the deadline', async () => {
    const { lookUp, queries } = setUp({ timeoutMs: 1 });
    await lookUp();
    assert.ok(queries.every(({ question }) => question.deadline.left() === 1));
  });

  it('fail if the deadline has passed', async () => {
    const { lookUp, answers, context } = setUp();
    answers.leanix = new Promise(() => {});
    await assert.rejects(lookUp('checkout', {}, context(0)), problem('deadline_exceeded'));
  });
});

describe('the readings of the lookup', () => {
  it('count results by source, and name unavailable catalogs', async () => {
    const { lookUp, answers, clock, context, lookup } = setUp();
    await lookUp();
    await lookUp();
    answers.leanix = down;
    clock.time += 60_000;
    await lookUp();
    await lookUp();
    const { readings } = lookup;
    assert.deepEqual(Object.fromEntries(readings.lookups()), { hit: 1, miss: 1, stale: 2 });
    assert.deepEqual([readings.entries(), [...readings.unavailable().keys()]], [1, ['leanix']]);
    answers.leanix = found('checkout');
    assert.deepEqual(await lookup.probe('leanix', context()), found('checkout'));
    assert.deepEqual([...readings.unavailable()], []);
  });
});
