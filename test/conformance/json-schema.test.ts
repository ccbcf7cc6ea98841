import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { documentJsonSchema } from '../../src/contract/document-json-schema.ts';
import { isObject, type JsonObject } from '../../src/domain/json.ts';
import { corpusLines, withoutCorpus } from '../corpus.ts';
import { seededRandom } from '../seeded-random.ts';
import { SCHEMA_MUTATIONS } from './schema-mutations.ts';

const MUTATIONS = 500;
const MIN_REFUSED_SHARE = 0.9;

const text = documentJsonSchema();
const validate = new Ajv2020({
  allErrors: true,

  allowUnionTypes: true,
  strictTypes: false,
}).compile(JSON.parse(text));

/** Returns where and why the schema refuses a value. */
function errorsOf(value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message} ${JSON.stringify(params)}`.slice(0, 300),
  );
}

/** Each monitor and dashboard of the corpus as the only entry of a document. */
function realDocuments(kind: 'monitor' | 'dashboard'): { source: string; document: JsonObject }[] {
  return corpusLines(`${kind}s.ndjson`).map((line) => {
    const { source, [kind]: object } = line;
    assert.ok(isObject(object));
    const plain: JsonObject = JSON.parse(JSON.stringify(object));
    return {
      source: String(source),
      document: { application: 'a', team: 't', [`${kind}s`]: [{ key: 'k', ...plain }] },
    };
  });
}

/** A document with every field of documents and alerts. */
const ALERTS: JsonObject = {
  apiVersion: 'birddog/v1',
  application: 'payments-batch',
  team: 'payments',
  catalogs: { datadog: 'payments', leanix: 'Payments', servicenow: 'Payments Batch' },
  tags: ['env:prod'],
  notify: ['@slack-payments'],
  alerts: [
    {
      key: 'failures',
      title: 'Payments fail',
      severity: 'high',
      signal: { metric: 'payments.failures', aggregate: 'sum', filter: 'env:prod', by: ['host'] },
      condition: { over: '5m', statistic: 'avg', above: 10, warn: 5, recover: 3 },
      message: 'Payments fail.',
      notify: [{ to: ['@pagerduty-payments'], when: ['alert', 'recovery'] }],
      unmanaged: ['/options/thresholds/warning'],
      adopt: 123,
      lint: { ignore: [{ code: 'no_recovery', because: 'It is temporary.' }] },
    },
  ],
};

describe('the JSON Schema of a document, with a validator', () => {
  it('accepts a document with every field of alerts, and unknown options', () => {
    assert.deepEqual(errorsOf(ALERTS), []);
    const monitor = { type: 'query alert', query: 'q', options: { brand_new: 1 }, brand_new: {} };
    assert.deepEqual(errorsOf({ application: 'a', team: 't', monitors: [monitor] }), []);
  });

  for (const kind of ['monitor', 'dashboard'] as const)
    it(`accepts every real ${kind}`, { skip: withoutCorpus }, () => {
      const refused = realDocuments(kind).flatMap(({ source, document }) =>
        errorsOf(document).map((error) => `${source}: ${error}`),
      );
      assert.deepEqual(refused, []);
    });

  it(`refuses at least 90 % of each kind of mistake, of ${MUTATIONS} in all`, {
    skip: withoutCorpus,
  }, (t) => {
    const random = seededRandom(18);
    const documents = {
      alerts: [ALERTS],
      monitors: realDocuments('monitor').map(({ document }) => document),
      dashboards: realDocuments('dashboard').map(({ document }) => document),
    };
    const refused = new Map<string, boolean[]>();
    const accepted: string[] = [];
    for (let count = 0; count < MUTATIONS; ) {
      for (const [mistake, mutate] of SCHEMA_MUTATIONS) {
        for (const [kind, list] of Object.entries(documents)) {
          const document = list[Math.floor(random() * list.length)];
          const mutant = document && mutate(document, random);
          if (mutant === undefined) continue;
          count += 1;
          const isRefused = !validate(mutant.document);
          if (!isRefused) accepted.push(`${mistake}: ${mutant.place}`);
          for (const name of [mistake, `${mistake} in ${kind}`])
            refused.set(name, [...(refused.get(name) ?? []), isRefused]);
        }
      }
    }
    for (const [name, results] of refused)
      t.diagnostic(`${name}: ${results.filter(Boolean).length} of ${results.length} refused`);
    for (const [mistake] of SCHEMA_MUTATIONS) {
      const results = refused.get(mistake) ?? [];
      assert.ok(results.filter(Boolean).length >= MIN_REFUSED_SHARE * results.length, accepted.join('\n'));
    }
  });

  it('accepts parameters, variants, each and packs, and references in place of any value', () => {
    const [alert] = Array.isArray(ALERTS['alerts']) ? ALERTS['alerts'] : [];
    const more = {
      severity: '${severity}',
      condition: { over: '${over}', above: '${depth}' },
      notify: '${people}',
      each: { queue: ['orders'] },
      only: 'prod',
    };
    const document = {
      ...ALERTS,
      parameters: { depth: 1, severity: 'high', over: '5m', people: [] },
      variants: { prod: { suffix: '' }, staging: { depth: 2 } },
      use: [
        {
          pack: 'rabbitmq',
          version: 1,
          with: { depth: '${depth}' },
          change: { backlog: { severity: 'low' } },
        },
      ],
      alerts: [isObject(alert) ? { ...alert, ...more } : {}],
    };
    assert.deepEqual(errorsOf(document), []);
    assert.notDeepEqual(errorsOf({ ...document, variants: ['prod'] }), []);
    assert.notDeepEqual(errorsOf({ ...document, alerts: [{ key: 'a', severity: 'hihg' }] }), []);
  });

  it('is small enough for editors', () => {
    assert.ok(text.length < 1_000_000, `${text.length} characters`);
  });
});
