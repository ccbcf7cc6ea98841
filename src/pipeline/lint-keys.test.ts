import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { editedValue } from '../domain/edits.ts';
import type { Json } from '../domain/json.ts';
import { lintFile } from './lint.ts';

describe('lint of entries without a key', () => {
  const document = (entry: { readonly [field: string]: Json }, list = 'monitors'): Json => ({
    application: 'orders',
    team: 'orders',
    [list]: [entry],
  });
  const monitor = {
    type: 'query alert',
    name: 'Queue depth',
    query: 'avg(last_5m):avg:rabbitmq.queue.messages{*} > 5',
    message: '@slack-orders',
    options: { thresholds: { critical: 5 } },
  };
  const dashboard = { title: 'Queues (orders)', layout_type: 'ordered', widgets: [] };
  const about = (body: Json) => lintFile(body).filter(({ code }) => code === 'key_from_name');

  it('warns that a new name makes a new object, and adds the key that the object has', () => {
    for (const [body, key] of [
      [document(monitor), 'queue-depth'],
      [document(dashboard, 'dashboards'), 'queues-orders'],
    ] as const) {
      const [finding, ...more] = about(body);
      assert.equal(finding?.severity, 'warning');
      assert.match(finding.hint ?? '', new RegExp(`Add "key: ${key}"`, 'u'));
      assert.deepEqual(more, []);
      const fixed = editedValue(body, finding.fix?.edits ?? []);
      assert.ok(fixed !== undefined);
      assert.deepEqual(about(fixed), []);
      assert.match(JSON.stringify(fixed), new RegExp(`"key":"${key}"`, 'u'));
    }
  });

  it('says nothing of an entry with a key, of an entry that needs one, or of the body of a create', () => {
    assert.deepEqual(about(document({ key: 'depth', ...monitor })), []);
    assert.deepEqual(about(document({ ...monitor, name: '列' })), []);
    assert.deepEqual(about({ application: 'orders', team: 'orders', monitor }), []);
  });
});
