import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asWritten } from './minimal-object.ts';
import { isObject, parseTrustedJson, printJson } from '../domain/json.ts';

describe('a minimal object', () => {
  it('has numbers in their plain spelling, exact at any size', () => {
    const live = parseTrustedJson(
      '{"type": "query alert", "name": "n", "query": "q", "options": {"thresholds": {"critical": 1000.0, "warning": 2.50, "ok": 12345678901234567890.0}}}',
    );
    assert.ok(isObject(live));
    assert.equal(
      printJson(asWritten('monitor', live)['options'] ?? null),
      '{"thresholds":{"critical":1000,"warning":2.50,"ok":12345678901234567890}}',
    );
  });

  it('has no read-only fields and no default values', () => {
    const live = { id: 1, multi: false, priority: null, tags: [], draft_status: 'published' };
    const options = { include_tags: true, notify_audit: false, new_host_delay: 300, silenced: {} };
    const written = { type: 'query alert', query: 'q', name: 'n' };
    assert.deepEqual(asWritten('monitor', { ...live, ...written, options }), written);
  });
});
