import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isObject, type Json, type JsonObject, numberFromText } from '../domain/json.ts';
import { check } from './check.ts';
import { documentSchema, ENVELOPE_SCHEMAS, OBJECT_SCHEMAS } from './schemas.ts';

const alert = {
  title: 't',
  signal: { metric: 'm' },
  condition: { over: '5m', above: numberFromText('1.0') },
};

describe('checking a body against its schema', () => {
  it('accepts valid bodies, also with unknown fields of Datadog', () => {
    const monitor = {
      type: 'query alert',
      query: 'q',
      priority: null,
      brand_new: {},
      options: { brand_new: 1 },
    };
    assert.deepEqual(check(OBJECT_SCHEMAS.monitor.create, monitor, ''), []);
    assert.deepEqual(check(OBJECT_SCHEMAS.alert.create, alert, ''), []);
    assert.deepEqual(check(OBJECT_SCHEMAS.monitor.update, { message: 'm' }, ''), []);
  });

  it('rejects an object with a field `length` in place of a string with a maximum length', () => {
    const monitor = { type: 'query alert', query: 'q', tags: [{ length: numberFromText('1.0') }] };
    const found = check(OBJECT_SCHEMAS.monitor.create, monitor, '');
    assert.deepEqual(
      found.map(({ code, pointer }) => [code, pointer]),
      [['wrong_value', '/tags/0']],
    );
  });

  it('says which fields select the form of an object, and which of them cannot be together', () => {
    const [none] = check(OBJECT_SCHEMAS.alert.create, { ...alert, signal: {} }, '');
    assert.match(none?.message ?? '', /^A signal needs one of "metric", "ratio", .+ or "query"\.$/);
    const condition = { over: '5m', above: 1, at_most: 2 };
    const [both] = check(OBJECT_SCHEMAS.alert.create, { ...alert, condition }, '');
    assert.equal(both?.message, 'A condition cannot have "above" and "at_most" together.');
  });

  it('checks an object itself after its fields', () => {
    const ratio = { of: { logs: 'a' }, to: { metric: 'm', as: 'count' } };
    assert.deepEqual(
      check(OBJECT_SCHEMAS.alert.create, { ...alert, signal: { ratio } }, '').map(({ pointer, message }) => [
        pointer,
        message,
      ]),
      [['/signal/ratio', '"ratio" must combine metrics only, or searches only.']],
    );
  });

  it('does not check an object itself, or its choice, after a mistake in its fields', () => {
    const ratio = { of: { logs: 'a' }, to: { metric: 5 } };
    const condition = { over: '5m', abov: 1 };
    assert.deepEqual(
      check(OBJECT_SCHEMAS.alert.create, { ...alert, signal: { ratio }, condition }, '').map(
        ({ code, pointer }) => [code, pointer],
      ),
      [
        ['wrong_value', '/signal/ratio/to/metric'],
        ['unknown_member', '/condition/abov'],
      ],
    );
  });

  it('reports only the misspelling of the field that selects the form', () => {
    const found = check(OBJECT_SCHEMAS.alert.create, { ...alert, signal: { metrc: 'm' } }, '');
    assert.deepEqual(
      found.map(({ code, hint }) => [code, hint?.split('?')[0]]),
      [['unknown_member', 'Did you mean "metric"']],
    );
  });

  const mistakes: readonly [what: string, value: object, code: string, pointer: string][] = [
    [
      'a missing field, at the object that lacks it',
      { title: 't', condition: alert.condition },
      'missing_member',
      '/a',
    ],
    ['a missing field of a nested object', { ...alert, signal: {} }, 'missing_member', '/a/signal'],
    ['an unknown field, at its name', { ...alert, severty: 'high' }, 'unknown_member', '/a/severty'],
    ['a wrong value, at the value', { ...alert, severity: 'urgent' }, 'wrong_value', '/a/severity'],
    [
      'a raw number in place of an object',
      { ...alert, condition: numberFromText('1e9') },
      'wrong_value',
      '/a/condition',
    ],
    [
      'a string in place of a number',
      { ...alert, condition: { over: '5m', above: '1' } },
      'wrong_value',
      '/a/condition/above',
    ],
    ['an empty string', { ...alert, title: ' ' }, 'wrong_value', '/a/title'],
    [
      'a condition without a limit',
      { ...alert, condition: { over: '5m' } },
      'missing_member',
      '/a/condition',
    ],
    [
      'a condition with two limits',
      { ...alert, condition: { over: '5m', above: 1, at_most: 2 } },
      'wrong_value',
      '/a/condition',
    ],
  ];
  it('finds the mistake in the innermost of 45 nested combinations without trying each of them twice', () => {
    let member: Json = true;
    let pointer = '';
    for (let depth = 0; depth < 45; depth += 1) {
      member = { all_of: [member] };
      pointer += '/all_of/0';
    }
    const findings = check(OBJECT_SCHEMAS.alert.create, { title: 't', signal: member }, '');
    assert.deepEqual(
      findings.map((found) => [found.code, found.pointer]),
      [['wrong_value', `/signal${pointer}`]],
    );
  });

  for (const [what, value, code, pointer] of mistakes) {
    it(`reports ${what}`, () => {
      const findings = check(OBJECT_SCHEMAS.alert.create, Object(value), '/a');
      assert.deepEqual(
        findings.map((f) => [f.code, f.pointer]),
        [[code, pointer]],
      );
    });
  }

  it('reports all mistakes at once, each in a sentence', () => {
    const findings = check(
      ENVELOPE_SCHEMAS.create,
      { application: 'No', key: 'NO', catalogs: { cmdb: 'x' } },
      '',
    );
    assert.deepEqual(findings.map((f) => f.pointer).sort(), ['', '/application', '/catalogs/cmdb', '/key']);
    for (const { message } of findings) assert.match(message, /^["A-Z].*\.$/);
  });
});

const monitor = { type: 'query alert', query: 'q' };
const entries = (length: number, item: Json) => Array.from({ length }, () => item);

describe('checking a value with more mistakes than one response reports', () => {
  const WRONG: readonly [what: string, check: () => ReturnType<typeof check>, count: number][] = [
    [
      'tags',
      () => check(OBJECT_SCHEMAS.monitor.create, { ...monitor, tags: entries(500_000, 1) }, ''),
      500_000,
    ],
    [
      'tags of an update',
      () => check(OBJECT_SCHEMAS.monitor.update, { tags: entries(200_000, 1) }, ''),
      200_000,
    ],
    [
      'recipients of a document',
      () =>
        check(
          documentSchema,
          { apiVersion: 'birddog/v1', application: 'a', team: 'b', notify: entries(200_000, ' ') },
          '',
        ),
      200_000,
    ],
    [
      'unknown fields',
      () =>
        check(
          OBJECT_SCHEMAS.alert.create,
          { ...alert, ...Object.fromEntries(entries(200_000, 1).map((one, at) => [`m${at}`, one])) },
          '',
        ),
      200_000,
    ],
    [
      'elements of a list that can also be a string',
      () =>
        check(
          OBJECT_SCHEMAS.alert.create,
          { ...alert, notify: [{ to: ['@a'], when: entries(200_000, 'never') }] },
          '',
        ),
      200_000,
    ],
    [
      'widgets',
      () =>
        check(
          OBJECT_SCHEMAS.dashboard.create,
          { title: 't', layout_type: 'free', widgets: entries(200_000, {}) },
          '',
        ),
      200_000,
    ],
  ];
  for (const [what, checked, count] of WRONG) {
    it(`reports 100 findings and the exact number of the others: ${what}`, () => {
      const list = checked();
      assert.equal(list.length, 101);
      assert.deepEqual(list.at(-1)?.rest, { error: count - 100, warning: 0, info: 0 });
    });
  }
});

describe('the check of a schema', () => {
  const json = fc.jsonValue({ maxDepth: 2 });
  const valid: readonly [schema: Parameters<typeof check>[0], value: JsonObject][] = [
    [OBJECT_SCHEMAS.alert.create, { ...alert, notify: [{ to: ['@a'], when: ['alert'] }], lint: {} }],
    [OBJECT_SCHEMAS.monitor.create, { ...monitor, tags: ['a'], options: {}, priority: 1, message: 'm' }],
    [OBJECT_SCHEMAS.monitor.update, { tags: ['a'] }],
    [
      OBJECT_SCHEMAS.dashboard.create,
      {
        title: 't',
        layout_type: 'free',
        widgets: [{ definition: { type: 'note' } }],
        tags: ['a'],
        template_variables: [{}],
      },
    ],
    [ENVELOPE_SCHEMAS.create, { application: 'a', team: 'b', catalogs: { leanix: 'x' } }],
    [ENVELOPE_SCHEMAS.update, { application: 'a', id: '1' }],
    [
      documentSchema,
      {
        apiVersion: 'birddog/v1',
        application: 'a',
        team: 'b',
        tags: ['a:b'],
        monitors: [{ ...monitor, key: 'k', adopt: 1, unmanaged: ['/options'] }],
      },
    ],
  ];
  for (const [at, [schema, value]] of valid.entries()) {
    it(`finds nothing exactly if zod accepts the value (${at})`, () => {
      assert.deepEqual(check(schema, value, ''), []);
      const paths = fc.constantFrom(...pathsIn(value));
      fc.assert(
        fc.property(paths, json, (steps, replacement) => {
          const changed = withAt(value, steps, JSON.parse(JSON.stringify(replacement)));
          const findings = check(schema, changed, '');
          assert.equal(findings.length === 0, schema.safeParse(changed).success, JSON.stringify(changed));
        }),
        { numRuns: 500 },
      );
    });
  }
});

/** Returns the path to every value in a value, and to one unknown field of each object. */
function pathsIn(value: Json): string[][] {
  const inner = Array.isArray(value) ? Object.entries(value) : isObject(value) ? Object.entries(value) : [];
  const below = inner.flatMap(([name, member]) => pathsIn(member).map((steps) => [name, ...steps]));
  return [[], ...(isObject(value) ? [['unknown']] : []), ...below];
}

/** Returns a value with a replacement at a path. */
function withAt(value: Json, [step, ...rest]: readonly string[], replacement: Json): Json {
  if (step === undefined) return replacement;
  if (Array.isArray(value))
    return value.with(Number(step), withAt(value[Number(step)] ?? null, rest, replacement));
  return isObject(value) ? { ...value, [step]: withAt(value[step] ?? null, rest, replacement) } : replacement;
}
