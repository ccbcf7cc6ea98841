import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOG_NAMES, type CatalogAliases, type CatalogName } from '../domain/application.ts';
import type { RequestContext } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import { createLog } from '../runtime/log.ts';
import type { Catalog, CatalogAnswer, Question } from './catalog.ts';
import { createLookup, type LookupOptions } from './lookup.ts';

const notFound: CatalogAnswer = { answer: 'not_found' };
const down: CatalogAnswer = { answer: 'unknown', why: 'LeanIX cannot be reached' };
const found = (name: string): CatalogAnswer => ({ answer: 'found', name });

/** A clock whose sleepers wake when the test moves it. */
function testClock() {
  const sleepers: { at: number; wake: () => void }[] = [];
  const clock = {
    time: 1_000_000,
    now: () => clock.time,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push({ at: clock.time + ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    pass(ms: number) {
      clock.time += ms;
      for (const sleeper of sleepers) if (sleeper.at <= clock.time) sleeper.wake();
    },
  };
  return clock;
}

/** Three scripted catalogs: each answers what stands under its name, or when the test says so. */
function scene(options: Partial<LookupOptions> = {}) {
  const clock = testClock();
  const lines: string[] = [];
  const questions: { catalog: CatalogName; question: Question }[] = [];
  const answers: Record<CatalogName, CatalogAnswer | Promise<CatalogAnswer> | (() => never)> = {
    datadog: found('Checkout'),
    leanix: found('checkout'),
    servicenow: found('checkout'),
  };
  const scripted =
    (catalog: CatalogName): Catalog =>
    async (question) => {
      questions.push({ catalog, question });
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
  const context = (ms = 20_000, gone?: AbortSignal): RequestContext => {
    const end = clock.time + ms;
    return {
      caller: { name: 'test' },
      requestId: 'r',
      traceparent: '',
      deadline: { left: () => Math.max(0, end - clock.time), signal: gone ?? new AbortController().signal },
    };
  };
  const ask = (application = 'checkout', aliases: CatalogAliases = {}, asker = context()) =>
    lookup(application, aliases, asker);
  return { clock, lines, questions, answers, context, ask, lookup };
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
  it('asks each catalog by the name the document gives it, all at the same time', async () => {
    const { ask, questions, answers } = scene();
    answers.datadog = new Promise(() => {});
    answers.leanix = new Promise(() => {});
    answers.servicenow = notFound;
    await ask('checkout', { leanix: 'APP-1' });
    assert.deepEqual(
      questions.map(({ catalog, question }) => [catalog, question.name, question.alias]),
      [
        ['datadog', 'checkout', false],
        ['leanix', 'APP-1', true],
        ['servicenow', 'checkout', false],
      ],
    );
  });

  it('says listed with the service in lower case', async () => {
    assert.deepEqual(await scene().ask(), { route: 'listed', service: 'checkout' });
  });

  it('settles sidecar at the first "not found", without waiting for a catalog that hangs', async () => {
    const { ask, answers } = scene();
    answers.datadog = new Promise(() => {});
    answers.leanix = down;
    answers.servicenow = notFound;
    assert.deepEqual(await ask(), { route: 'unlisted', missingFrom: ['servicenow'] });
  });

  it('adds to a remembered answer what the slower catalogs say afterwards', async () => {
    const { ask, answers } = scene();
    const late = Promise.withResolvers<CatalogAnswer>();
    answers.datadog = late.promise;
    answers.leanix = notFound;
    assert.deepEqual(await ask(), { route: 'unlisted', missingFrom: ['leanix'] });
    late.resolve(notFound);
    await new Promise(setImmediate);
    assert.deepEqual(await ask(), { route: 'unlisted', missingFrom: ['datadog', 'leanix'] });
  });
});

describe('what the lookup refuses', () => {
  it('refuses an ambiguous application and names the catalog and the matches', async () => {
    const { ask, answers } = scene();
    answers.leanix = { answer: 'ambiguous', matches: ['Shop / checkout', 'Bank / checkout'] };
    await assert.rejects(
      ask(),
      problem('ambiguous_application', (error) => {
        assert.match(error.message, /LeanIX.*Shop \/ checkout, Bank \/ checkout/);
        assert.deepEqual(error.extras.members, {
          catalog: 'leanix',
          matches: ['Shop / checkout', 'Bank / checkout'],
        });
      }),
    );
  });

  it('answers 503 with a time to wait while a catalog cannot tell and nothing is known', async () => {
    const { ask, answers, lines } = scene();
    answers.leanix = { ...down, retryAfter: 30 };
    await assert.rejects(
      ask(),
      problem('catalog_unavailable', (error) => {
        assert.match(error.message, /"checkout".*LeanIX cannot be reached/);
        assert.equal(error.extras.retryAfter, 30);
        assert.deepEqual(error.extras.members, { catalogs: ['leanix'] });
      }),
    );
    assert.match(lines.join(''), /"catalog_unknown","catalog":"leanix","application":"checkout"/);
  });

  it('takes a catalog that throws for one that cannot tell, and logs the error', async () => {
    const { ask, answers, lines } = scene();
    answers.servicenow = () => {
      throw new Error('no file servicenow-password');
    };
    await assert.rejects(ask(), problem('catalog_unavailable'));
    assert.match(lines.join(''), /"level":"error".*no file servicenow-password/);
  });

  for (const [what, aliases] of [
    ['a ^ for ServiceNow', { servicenow: 'a^ORnameISNOTEMPTY' }],
    ['a script for ServiceNow', { servicenow: 'javascript:gs.x()' }],
    ['a control character', { leanix: 'a\nb' }],
    ['nothing', { datadog: ' ' }],
    ['too much', { datadog: 'x'.repeat(201) }],
  ] satisfies [string, CatalogAliases][]) {
    it(`refuses an alias with ${what}, pointing at it, and asks nobody`, async () => {
      const { ask, questions } = scene();
      await assert.rejects(
        ask('checkout', aliases),
        problem('invalid', (error) => {
          assert.equal(error.extras.findings?.[0]?.pointer, `/catalogs/${Object.keys(aliases)[0]}`);
        }),
      );
      assert.equal(questions.length, 0);
    });
  }
});

describe('the memory of the lookup', () => {
  for (const [what, answer] of [
    ['a listed application', found('checkout')],
    ['an unlisted one', notFound],
  ] satisfies [string, CatalogAnswer][]) {
    it(`does not ask again for ${what} within the time to live`, async () => {
      const { ask, answers, questions, clock } = scene();
      answers.leanix = answer;
      const first = await ask();
      clock.pass(59_999);
      assert.deepEqual(await ask(), first);
      assert.equal(questions.length, 3);
      clock.pass(1);
      await ask();
      assert.equal(questions.length, 6);
    });
  }

  it('does not ask again for an ambiguous one', async () => {
    const { ask, answers, questions } = scene();
    answers.leanix = { answer: 'ambiguous', matches: ['a', 'b'] };
    await assert.rejects(ask(), problem('ambiguous_application'));
    await assert.rejects(ask(), problem('ambiguous_application'));
    assert.equal(questions.length, 3);
  });

  it('keeps applications and aliases apart', async () => {
    const { ask, questions } = scene();
    await ask('a');
    await ask('b');
    await ask('a', { leanix: 'b' });
    await ask('a', { servicenow: 'b' });
    assert.equal(questions.length, 12);
  });

  it('gives the last known answer while a catalog is away, long beyond its time', async () => {
    const { ask, answers, clock } = scene();
    await ask();
    clock.pass(86_400_000);
    answers.leanix = down;
    assert.deepEqual(await ask(), { route: 'listed', service: 'checkout' });
  });

  it('prefers a definite "not found" to the last known answer', async () => {
    const { ask, answers, clock } = scene();
    await ask();
    clock.pass(60_000);
    answers.leanix = down;
    answers.datadog = notFound;
    assert.deepEqual(await ask(), { route: 'unlisted', missingFrom: ['datadog'] });
  });

  it('tries the catalogs again soon after it gave a last known answer, not at each request', async () => {
    const { ask, answers, clock, questions } = scene();
    await ask();
    clock.pass(60_000);
    answers.leanix = down;
    await ask();
    await ask();
    assert.equal(questions.length, 6);
    answers.leanix = notFound;
    clock.pass(5000);
    assert.deepEqual(await ask(), { route: 'unlisted', missingFrom: ['leanix'] });
  });

  it('does not remember that a catalog was away', async () => {
    const { ask, answers } = scene();
    answers.leanix = down;
    await assert.rejects(ask(), problem('catalog_unavailable'));
    answers.leanix = found('checkout');
    assert.equal((await ask()).route, 'listed');
  });

  it('holds no more applications than it may', async () => {
    const { ask, questions } = scene({ maxEntries: 2 });
    for (const application of ['a', 'b', 'c', 'c', 'b', 'a']) await ask(application);
    const asked = questions.filter((q) => q.catalog === 'datadog').map((q) => q.question.name);
    assert.deepEqual(asked, ['a', 'b', 'c', 'a']);
  });
});

describe('concurrent questions', () => {
  it('for one application are asked once', async () => {
    const { ask, questions } = scene();
    const ways = await Promise.all(Array.from({ length: 20 }, () => ask()));
    assert.equal(questions.length, CATALOG_NAMES.length);
    assert.deepEqual(new Set(ways.map((w) => w.route)), new Set(['listed']));
  });

  it('live on when the first asker goes', async () => {
    const { ask, answers, context, clock } = scene();
    const late = Promise.withResolvers<CatalogAnswer>();
    answers.leanix = late.promise;
    const gone = new AbortController();
    const first = ask('checkout', {}, context(20_000, gone.signal));
    const second = ask();
    gone.abort();
    await assert.rejects(first, problem('deadline_exceeded'));
    clock.pass(10);
    late.resolve(found('checkout'));
    assert.equal((await second).route, 'listed');
  });

  it('wait for at most half of the time that is left', async () => {
    const { ask, answers, clock, context } = scene();
    answers.leanix = new Promise(() => {});
    const asked = ask('checkout', {}, context(1000));
    clock.pass(500);
    await assert.rejects(asked, problem('catalog_unavailable'));
  });

  it('fall back to the last known answer where a catalog takes too long', async () => {
    const { ask, answers, clock, context } = scene();
    await ask();
    clock.pass(60_000);
    answers.leanix = new Promise(() => {});
    const asked = ask('checkout', {}, context(1000));
    clock.pass(500);
    assert.equal((await asked).route, 'listed');
  });

  it('each have their own timeout, independent of the deadline', async () => {
    const { ask, questions } = scene({ timeoutMs: 1 });
    await ask();
    assert.ok(questions.every(({ question }) => question.deadline.left() === 1));
  });

  it('are refused when no time is left at all', async () => {
    const { ask, answers, context } = scene();
    answers.leanix = new Promise(() => {});
    await assert.rejects(ask('checkout', {}, context(0)), problem('deadline_exceeded'));
  });
});

describe('what the lookups have shown', () => {
  it('is what answered them, and which catalog cannot tell', async () => {
    const { ask, answers, clock, context, lookup } = scene();
    await ask();
    await ask();
    answers.leanix = down;
    clock.time += 60_000;
    await ask();
    await ask();
    const { readings } = lookup;
    assert.deepEqual(Object.fromEntries(readings.lookups()), { hit: 1, miss: 1, stale: 2 });
    assert.deepEqual([readings.entries(), [...readings.unavailable().keys()]], [1, ['leanix']]);
    answers.leanix = found('checkout');
    assert.deepEqual(await lookup.probe('leanix', context()), found('checkout'));
    assert.deepEqual([...readings.unavailable()], []);
  });
});
