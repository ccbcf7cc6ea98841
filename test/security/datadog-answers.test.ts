import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Datadog } from '../../src/datadog/datadog.ts';
import type { RequestContext } from '../../src/domain/caller.ts';
import { AnswerLostError, DuplicateMonitorError } from '../../src/domain/datadog-outcome.ts';
import type { Json } from '../../src/domain/json.ts';
import { PROBLEMS, ProblemError } from '../../src/domain/problem.ts';
import { answeringDatadog, type ScriptedAnswer } from '../answering-datadog.ts';
import { corpusLines, withoutCorpus } from '../corpus.ts';
import { ANY_ATTEMPTS } from '../fake-ports.ts';

const NAMES =
  'id name title type query message tags options created created_at modified_at dashboards monitors metadata total_count data attributes asset usr email url timestamp action prev_value new_value errors error detail ok description policy policy_type tag_key valid_tag_values widgets __proto__ constructor toString length 1'.split(
    ' ',
  );
const TEXTS = [
  '',
  '..',
  '.',
  'a/../b',
  '%2e%2e',
  '1',
  '12345678901234567890',
  '\u0000',
  '\u2028',
  'tag',
  'http://',
  '//evil.example',
];
const leaf = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1e300, 2 ** 60, JSON.rawJSON('1.0'), JSON.rawJSON('1e999')),
  fc.constantFrom(...TEXTS),
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('json'), { maxKeys: 6 }),
  ),
}));
/** Generates objects that resemble Datadog's, with some invalid fields. */
const item = fc.record(
  {
    id: fc.oneof(fc.constantFrom<Json>('1', 2, 'abc-def-ghi'), leaf),
    tags: fc.oneof(
      json,
      fc.array(fc.oneof(fc.constantFrom<Json>('birddog_key:a/k', 'tag'), json), { maxLength: 4 }),
    ),
    description: fc.oneof(fc.constant<Json>('Managed by Birddog: a/k'), json),
    title: fc.oneof(fc.constant<Json>('x tag'), json),
    url: fc.oneof(fc.constantFrom(...TEXTS), json),
    created: json,
    created_at: json,
    modified_at: json,
  },
  { requiredKeys: ['id'] },
);
const event = fc.record({
  attributes: fc.record({
    timestamp: fc.oneof(fc.constant<Json>('2027-01-01T00:00:00Z'), json),
    attributes: fc.record({ asset: fc.oneof(item, json), usr: json, action: json }),
  }),
});
const items = fc.array(fc.oneof({ weight: 5, arbitrary: item }, { weight: 1, arbitrary: json }), {
  maxLength: 3,
});
const shaped = fc.oneof(
  json,
  item,
  items,
  items.map((dashboards) => ({ dashboards })),
  fc.record({ monitors: items, metadata: fc.record({ total_count: json }) }),
  fc.array(event, { maxLength: 3 }).map((data) => ({ data })),
  fc.record({ data: json, errors: json }),
);
const scripted: fc.Arbitrary<ScriptedAnswer> = fc.record({
  status: fc.constantFrom(
    200,
    200,
    200,
    201,
    204,
    206,
    301,
    307,
    400,
    403,
    404,
    409,
    418,
    422,
    500,
    520,
    599,
  ),
  body: shaped,
});

/** Every operation that reads from Datadog. */
const READS: readonly ((datadog: Datadog, context: RequestContext) => Promise<unknown>)[] = [
  ...(['monitor', 'dashboard'] as const).flatMap((kind) => [
    async ({ objects }: Datadog, context: RequestContext) => {
      const object = await objects[kind].get('1', context);
      return object && objects[kind].url(object);
    },
    async ({ objects }: Datadog, context: RequestContext) =>
      (await objects[kind].find({ application: 'a' }, context)).map(objects[kind].url),
    async ({ objects }: Datadog, context: RequestContext) =>
      (await objects[kind].search({ query: 'x', tag: 'tag' }, context)).map(objects[kind].url),
    ({ objects }: Datadog, context: RequestContext) => objects[kind].search({ query: 'x' }, context),
    ({ objects }: Datadog, context: RequestContext) => objects[kind].search({ tag: 'tag' }, context),
    ({ objects }: Datadog, context: RequestContext) => objects[kind].canDelete(['1', '2'], context),
    ({ objects }: Datadog, context: RequestContext) =>
      objects[kind].create({ name: 'x' }, context, ANY_ATTEMPTS),
    ({ objects }: Datadog, context: RequestContext) =>
      objects[kind].update('1', { name: 'x' }, context, ANY_ATTEMPTS),
    ({ objects }: Datadog, context: RequestContext) => objects[kind].delete('1', context, ANY_ATTEMPTS),
  ]),
  ({ auditTrail: trail }, context) => trail.changes(['1', '2'], 1_700_000_000_000, context),
  ({ policies }, context) => policies.list(context),
];

let round = 0;

/** Runs the next few operations. Asserts that each ends in a value, a problem other than `internal`, or a lost answer of a write. */
async function askForSome(answers: readonly ScriptedAnswer[]): Promise<void> {
  for (let nth = 0; nth < 4; nth += 1) {
    round = (round + 1) % READS.length;
    const read = READS[round] ?? assert.fail();
    const { datadog, sent, context } = answeringDatadog(
      (_request, call) => answers[call % answers.length] ?? {},
    );
    await read(datadog, context()).catch((error: unknown) => {
      if (error instanceof AnswerLostError || error instanceof DuplicateMonitorError) return;
      assert.ok(error instanceof ProblemError, inspect(error));
      assert.notEqual(PROBLEMS[error.code].status, 500);
      assert.ok(error.message.length < 3000);
    });
    assert.ok(sent.length < 100);
    for (const { url } of sent) assert.match(url.pathname, /^\/api\/v[12]\/(?:monitor|dashboard|audit)/);
  }
}

describe('the answer of Datadog', () => {
  it('is a value of its type or a problem, for any JSON at every endpoint', async () => {
    await fc.assert(fc.asyncProperty(fc.array(scripted, { minLength: 1, maxLength: 3 }), askForSome), {
      numRuns: 2000,
    });
  });

  it('is a value of its type or a problem, for any bytes at every endpoint', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((body) => ({ body: Buffer.from(body) }));
    const html = fc
      .constantFrom('<html>', '', 'null', '[null]', '{"id":', '"', '[[')
      .map((text) => ({ body: Buffer.from(text) }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(bytes, html), { minLength: 1, maxLength: 2 }), askForSome),
      {
        numRuns: 1000,
      },
    );
  });

  it('is a value of its type or a problem, for mutations of recorded exchanges', {
    skip: withoutCorpus,
  }, async () => {
    const files = ['monitors', 'dashboards', 'config-policies', 'software-catalog', 'events'];
    const recorded = files.flatMap((file) => corpusLines(`exchanges/${file}.ndjson`)).flatMap(bodyOf);
    const mutated = fc
      .tuple(
        fc.constantFrom(...recorded),
        fc.array(fc.tuple(fc.nat(400), json), { minLength: 1, maxLength: 3 }),
      )
      .map(([body, changes]) => ({
        body: changes.reduce<Json>((value, [at, by]) => replaced(value, at, by), body),
      }));
    await fc.assert(fc.asyncProperty(fc.array(mutated, { minLength: 1, maxLength: 2 }), askForSome), {
      numRuns: 1000,
    });
  });

  it('omits audit events whose timestamp is not a string', async () => {
    for (const timestamp of [JSON.rawJSON('1.0'), { toString: 1 }, [], null]) {
      const body = { data: [{ attributes: { timestamp, attributes: { asset: { id: '1' } } } }] };
      const { datadog, context } = answeringDatadog(() => ({ body }));
      const found = await datadog.auditTrail.changes(['1'], 1_700_000_000_000, context());
      assert.deepEqual(found.get('1')?.changes, []);
    }
  });
});

function bodyOf(exchange: Readonly<Record<string, Json>>): Json[] {
  const { response } = exchange;
  const body = typeof response === 'object' && response !== null && 'body' in response ? response.body : null;
  return body === null ? [] : [body];
}

/** Returns the value with its nth part (depth first) replaced by `by`. */
function replaced(value: Json, nth: number, by: Json): Json {
  let left = nth;
  const walk = (part: Json): Json => {
    left -= 1;
    if (left < 0) {
      left = Number.POSITIVE_INFINITY;
      return by;
    }
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null || JSON.isRawJSON(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(value);
}
