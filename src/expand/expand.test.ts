import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { type Expansion, expandDocument, type ExpandOptions } from './expand.ts';

const alert = (more: JsonObject = {}): JsonObject => ({
  key: 'deep',
  title: 'Queue is deep in ${env}',
  signal: { metric: 'rabbitmq.queue.messages', filter: 'env:${env}' },
  condition: { over: '5m', above: '${depth}' },
  ...more,
});
const document = (more: JsonObject = {}): JsonObject => ({
  application: 'shop',
  team: 'shop',
  parameters: { env: 'prod', depth: 1000 },
  alerts: [alert()],
  ...more,
});
const VARIANTS = { prod: { suffix: '' }, staging: { env: 'staging', depth: 5000 } };

function expand(written: JsonObject, options?: ExpandOptions): Expansion {
  const expansion = expandDocument(written, options);
  assert.ok(expansion);
  return expansion;
}
const entriesOf = ({ document: expanded }: Expansion, list = 'alerts'): JsonObject[] => {
  const entries = expanded[list];
  return Array.isArray(entries) ? entries.filter(isObject) : [];
};
const keysOf = (expansion: Expansion, list?: string) => entriesOf(expansion, list).map(({ key }) => key);
/** Returns the parameters `p0` to `p<count>`, each with a reference to the next one in its value. */
const chainOf = (valueOf: (next: string) => Json, count: number): JsonObject => ({
  ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, valueOf(`\${p${at + 1}}`)])),
  [`p${count}`]: 'x',
});
const codesOf = ({ findings }: Expansion) =>
  findings.map(({ code, severity, pointer }) => `${severity} ${code} ${pointer}`);

describe('expandDocument', () => {
  it('inserts parameters in texts, and takes the type of a value that is one reference', () => {
    const { document: expanded, findings } = expand(document());
    assert.deepEqual(findings, []);
    assert.deepEqual(expanded, {
      application: 'shop',
      team: 'shop',
      alerts: [
        {
          key: 'deep',
          title: 'Queue is deep in prod',
          signal: { metric: 'rabbitmq.queue.messages', filter: 'env:prod' },
          condition: { over: '5m', above: 1000 },
        },
      ],
    });
  });

  it('inserts parameters in the names of fields and in other parameters, and keeps escapes and references', () => {
    const { document: expanded, findings } = expand({
      application: 'a',
      parameters: { zone: 'eu', host: 'web-${zone}', hosts: ['${host}', 'x'] },
      dashboards: [{ key: 'd', title: '$${zone} ${monitor:deep} $${x', 'host:${host}': '${hosts}' }],
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(expanded['dashboards'], [
      { key: 'd', title: '${zone} ${monitor:deep} ${x', 'host:web-eu': ['web-eu', 'x'] },
    ]);
  });

  it('reports a value from outside for a document without parameters', () => {
    const written = { application: 'a', alerts: [{ title: '${depth}' }] };
    const expansion = expand(written, { set: new Map([['depth', '1']]) });
    assert.deepEqual(codesOf(expansion), ['error unknown_parameter ']);
    assert.equal(expansion.document, written);
    assert.equal(expandDocument(written, { set: new Map() }), undefined);
  });

  it('takes null as a value', () => {
    const { document: expanded } = expand({
      application: 'a',
      parameters: { none: null },
      dashboards: [{ key: 'd', description: '${none}' }],
    });
    assert.deepEqual(expanded['dashboards'], [{ key: 'd', description: null }]);
  });

  it('limits what differs between variants together with the entries', () => {
    const tags = Array.from({ length: 50 }, (_, at) => `t${at}:\${env}`);
    const variants = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`v${at}`, { env: `e${at}` }]));
    assert.throws(
      () => expand(document({ tags, variants }), { limits: { bytes: 1e6, values: 2500 } }),
      (error) => error instanceof ProblemError && error.code === 'too_large',
    );
  });

  it('makes an entry once per variant and combination of values', () => {
    const expansion = expand(
      document({
        variants: VARIANTS,
        alerts: [
          alert({ each: { queue: ['orders', 'Invoices EU'], n: [1] }, title: '${queue} ${n} in ${env}' }),
        ],
      }),
    );
    assert.deepEqual(expansion.findings, []);
    assert.deepEqual(
      entriesOf(expansion).map(({ key, title, condition }) => [
        key,
        title,
        isObject(condition) && condition['above'],
      ]),
      [
        ['deep-orders-1', 'orders 1 in prod', 1000],
        ['deep-invoices-eu-1', 'Invoices EU 1 in prod', 1000],
        ['deep-orders-1-staging', 'orders 1 in staging', 5000],
        ['deep-invoices-eu-1-staging', 'Invoices EU 1 in staging', 5000],
      ],
    );
    assert.deepEqual(expansion.origins.of('/alerts/2/condition/above'), {
      pointer: '/alerts/0/condition/above',
      variant: 'staging',
    });
  });

  it('takes values from defaults, then the variant, then each, then from outside', () => {
    const written = document({
      parameters: { env: 'a', depth: 1 },
      variants: { v: { depth: 2 } },
      alerts: [alert({ each: { env: ['b'] } })],
    });
    const titleAndDepth = (set?: Map<string, string>) =>
      entriesOf(expand(written, set ? { set } : {})).map(({ title, condition }) => [title, condition]);
    assert.deepEqual(titleAndDepth(), [['Queue is deep in b', { over: '5m', above: 2 }]]);
    const set = new Map([
      ['env', '7'],
      ['depth', '7'],
    ]);
    assert.deepEqual(titleAndDepth(set), [['Queue is deep in 7', { over: '5m', above: 7 }]]);
  });

  it('leaves entries out by only and except', () => {
    const expansion = expand(
      document({
        variants: VARIANTS,
        alerts: [alert({ only: 'prod' }), alert({ key: 'other', except: ['prod'] })],
      }),
    );
    assert.deepEqual(keysOf(expansion), ['deep', 'other-staging']);
  });

  it('lets references name the entry of the same variant', () => {
    const expansion = expand(
      document({
        variants: VARIANTS,
        alerts: [
          alert({ each: { queue: ['orders'] }, filter: '${queue}' }),
          {
            key: 'both',
            title: '${env}',
            signal: { all_of: ['deep-orders', { not: 'shop/deep-orders' }, 'x/deep-orders'] },
          },
          {
            key: 'text',
            title: '${alert:both} ${monitor:deep-orders-staging}',
            renamed_from: ['old', 'x/old'],
          },
        ],
        dashboards: [{ key: 'all', from: 'alerts', title: '${env}' }],
      }),
    );
    assert.deepEqual(codesOf(expansion), []);
    const [, , prod, staging, text, textOfStaging] = entriesOf(expansion);
    assert.deepEqual(prod?.['signal'], { all_of: ['deep-orders', { not: 'deep-orders' }, 'x/deep-orders'] });
    assert.deepEqual(staging?.['signal'], {
      all_of: ['deep-orders-staging', { not: 'deep-orders-staging' }, 'x/deep-orders'],
    });
    assert.equal(text?.['title'], '${alert:both} ${monitor:deep-orders-staging}');
    assert.equal(textOfStaging?.['title'], '${alert:both-staging} ${monitor:deep-orders-staging}');
    assert.deepEqual(textOfStaging['renamed_from'], ['old-staging', 'x/old-staging']);
    assert.deepEqual(
      entriesOf(expansion, 'dashboards').map(({ alerts }) => alerts),
      [
        ['deep-orders', 'both', 'text'],
        ['deep-orders-staging', 'both-staging', 'text-staging'],
      ],
    );
  });

  it('gives entries the tags and recipients of their variant', () => {
    const expansion = expand(
      document({
        variants: VARIANTS,
        tags: ['env:${env}', 'x'],
        notify: ['@slack-${env}'],
        alerts: [alert({ tags: ['x'] }), alert({ key: 'own', notify: [] })],
      }),
    );
    assert.equal(expansion.document['tags'], undefined);
    assert.deepEqual(
      entriesOf(expansion).map(({ tags, notify }) => [tags, notify]),
      [
        [['x', 'env:prod'], ['@slack-prod']],
        [['x', 'env:staging'], ['@slack-staging']],
        [['env:prod', 'x'], []],
        [['env:staging', 'x'], []],
      ],
    );
    assert.equal(expansion.origins.of('/alerts/1/tags/1').pointer, '/tags/0');
  });

  it('runs a test with the values of the entry that it names', () => {
    const { document: expanded } = expand(
      document({
        variants: VARIANTS,
        tests: [{ alert: 'deep-staging', series: { '*': '${depth}x3' } }],
      }),
    );
    assert.deepEqual(expanded['tests'], [{ alert: 'deep-staging', series: { '*': '5000x3' } }]);
  });

  it('does not touch a document without these features', () => {
    assert.equal(expandDocument({ application: 'a', alerts: [{ key: 'x', title: '${x}' }] }), undefined);
  });
});

const FAULTS: readonly (readonly [title: string, more: JsonObject, expected: readonly string[]])[] = [
  [
    'an unknown parameter',
    { alerts: [alert({ title: '${envv}' })] },
    ['error unknown_parameter /alerts/0/title'],
  ],
  [
    'a parameter that nothing uses',
    { parameters: { env: 'x', depth: 1, spare: 2 } },
    ['warning unused_parameter /parameters/spare'],
  ],
  [
    'parameters that refer to each other',
    { parameters: { env: '${depth}', depth: '${env}' } },
    ['error parameter_recursion /parameters/env'],
  ],
  [
    'recursion of parameters that nothing uses',
    { parameters: { env: 'x', depth: 1, a: '${b}', b: '${a}' } },
    ['error parameter_recursion /parameters/a', 'warning unused_parameter /parameters/a'],
  ],
  [
    'parameters in parameters on too many levels',
    { parameters: { env: '${p0}', depth: 1, ...chainOf((next) => next, 5000) } },
    ['error parameter_too_large /parameters/p99'],
  ],
  [
    'parameters that double each other in tags, with variants to compare',
    {
      parameters: { env: '', depth: 1, ...chainOf((next) => [next, next], 40) },
      variants: { a: {}, b: {} },
      tags: ['${p0}'],
    },
    ['error parameter_too_large /parameters/p25', 'error parameter_too_large /parameters/p10'],
  ],
  [
    'two fields with one name',
    { parameters: { env: 'a', depth: 1 }, dashboards: [{ key: 'd', '${env}': 1, a: 2, 'a${env}': 3 }] },
    ['error field_collision /dashboards/0/a'],
  ],
  [
    'a forbidden name of a field',
    { parameters: { env: '__proto__', depth: 1 }, dashboards: [{ key: 'd', '${env}': 1 }] },
    ['error prototype_key /dashboards/0/${env}'],
  ],
  [
    'a list in the name of a field',
    { parameters: { env: '', list: ['a'], depth: 1 }, dashboards: [{ key: 'd', '${list}': 1 }] },
    ['error parameter_not_text /dashboards/0/${list}'],
  ],
  [
    'a list in a text',
    { parameters: { env: ['x'], depth: 1 } },
    ['error parameter_not_text /alerts/0/title', 'error parameter_not_text /alerts/0/signal/filter'],
  ],
  [
    'a parameter that only some variants set',
    { variants: { a: { depht: 1 }, b: {} } },
    ['error unknown_parameter /variants/a/depht'],
  ],
  [
    'an unknown variant',
    { variants: { a: {} }, alerts: [alert({ only: ['b', 'a'] })] },
    ['error unknown_variant /alerts/0/only/0'],
  ],
  ['only without variants', { alerts: [alert({ only: 'a' })] }, ['error unknown_variant /alerts/0/only']],
  [
    'an entry in no variant',
    { variants: { a: {} }, alerts: [alert(), alert({ key: 'b', except: 'a' })] },
    ['warning no_variant_left /alerts/1'],
  ],
  [
    'each without a list',
    { alerts: [alert({ each: { queue: 'orders' } })] },
    ['error each_not_a_list /alerts/0/each/queue'],
  ],
  [
    'a value that cannot be in a key',
    { alerts: [alert({ title: '${queue}', each: { queue: ['a', '***'] } })] },
    ['error each_value_unusable /alerts/0/each/queue/1'],
  ],
  [
    'a list that the entry does not use',
    { alerts: [alert({ each: { queue: ['a'] } })] },
    ['warning unused_parameter /alerts/0/each/queue'],
  ],
  [
    'values with the same key',
    { alerts: [alert({ title: '${q}', each: { q: ['a b', 'a-b'] } })] },
    ['error key_collision /alerts/0'],
  ],
  [
    'the key of another entry',
    { variants: VARIANTS, alerts: [alert(), alert({ key: 'deep-staging', only: 'prod' })] },
    ['error key_collision /alerts/1'],
  ],
  [
    'a key that becomes too long',
    { variants: VARIANTS, alerts: [alert({ key: 'k'.repeat(75) })] },
    ['error expanded_key_invalid /alerts/0/key'],
  ],
  [
    'too many objects',
    { alerts: [alert({ title: '${a}${b}', each: { a: numbers(50), b: numbers(41) } })] },
    ['error too_many_objects /alerts/0/each'],
  ],
  [
    'too many objects of all entries',
    { alerts: [0, 1, 2].map((key) => alert({ key: `k${key}`, title: '${a}', each: { a: numbers(700) } })) },
    ['error too_many_objects /alerts/2'],
  ],
];

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

describe('the findings of an expansion', () => {
  for (const [title, more, expected] of FAULTS)
    it(`report ${title}`, () => {
      assert.deepEqual(codesOf(expand(document(more))), expected);
    });

  it('report a value from outside that no parameter takes', () => {
    const { findings } = expand(document(), { set: new Map([['dept', '1']]) });
    assert.deepEqual(
      findings.map(({ code, hint }) => [code, hint]),
      [['unknown_parameter', 'Did you mean "depth"?']],
    );
  });

  it('bound texts into which parameters are inserted again and again', () => {
    const names = numbers(40).map((n) => `p${n}`);
    const parameters = Object.fromEntries(
      names.map((name, at) => [
        name,
        at === 0 ? 'x'.repeat(100) : `\${${names[at - 1]}}\${${names[at - 1]}}`,
      ]),
    );
    const { findings } = expand(document({ parameters: { ...parameters, env: '${p39}', depth: 1 } }));
    assert.deepEqual(new Set(findings.map(({ code }) => code)), new Set(['parameter_too_large']));
  });

  it('bound the size of the expanded document', () => {
    const alerts = [
      alert({ title: '${a}', message: `\${env}${'x'.repeat(10_000)}`, each: { a: numbers(1500) } }),
    ];
    const limits = { bytes: 1_000_000, values: 1_000_000 };
    assert.throws(
      () => expandDocument(document({ alerts }), { limits }),
      (error) => error instanceof ProblemError && error.code === 'too_large',
    );
  });
});
