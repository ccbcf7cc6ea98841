import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expandDocument } from './expand.ts';
import type { JsonObject } from '../domain/json.ts';

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

describe('expandDocument', () => {
  it('inserts parameters in texts, and takes the type of a value that is one reference', () => {
    const { document: result, findings } = expandDocument(document()) ?? {};
    assert.deepEqual(findings, []);
    assert.deepEqual(result, {
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

  it('makes an entry once per variant and value', () => {
    const {
      document: result,
      findings,
      origins,
    } = expandDocument(
      document({
        variants: { prod: { suffix: '' }, staging: { env: 'staging', depth: 5000 } },
        alerts: [alert({ each: { queue: ['orders', 'Invoices EU'] }, title: '${queue} in ${env}' })],
      }),
    ) ?? {};
    assert.deepEqual(findings, []);
    assert.deepEqual(
      Array.isArray(result?.['alerts']) && result['alerts'].map((one) => JSON.stringify(one).slice(0, 70)),
      [
        '{"key":"deep-orders","title":"orders in prod","signal":{"metric":"rabbi',
        '{"key":"deep-invoices-eu","title":"Invoices EU in prod","signal":{"metr',
        '{"key":"deep-orders-staging","title":"orders in staging","signal":{"met',
        '{"key":"deep-invoices-eu-staging","title":"Invoices EU in staging","sig',
      ],
    );
    assert.deepEqual(origins?.of('/alerts/2/condition/above'), {
      pointer: '/alerts/0/condition/above',
      variant: 'staging',
    });
  });

  it('expands a document without these features to itself', () => {
    assert.equal(expandDocument({ application: 'a', alerts: [{ key: 'x', title: '${x}' }] }), undefined);
  });
});
