import assert from 'node:assert/strict';
import { relative, join } from 'node:path';
import { describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../emulators/datadog/test-client.ts';
import { alertJson } from '../src/alerts/alert.ts';
import { canonicalAlert } from '../src/alerts/canonical-alert.ts';
import { compileAlert } from '../src/alerts/compile.ts';
import { readAlert, readQueryAlert } from '../src/alerts/read-back.ts';
import { parseAlert } from '../src/contract/alert-schema.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { lintBody } from '../src/pipeline/lint.ts';
import { GOLDEN_KINDS } from '../tools/golden-kinds.ts';

const TOP = join(import.meta.dirname, '..');
const { send } = createTestClient();

/** Replaces the monitors that a composite combines by some that exist. */
function withIds({ type, query }: JsonObject): string {
  const text = String(query);
  if (type !== 'composite') return text;
  return text.replace(/\$\{[^}]+\}|\d+/g, (named) => {
    const other = { type: 'query alert', name: `${named} in ${text}`, query: 'avg(last_5m):avg:a{*} > 1' };
    return String(jsonBody(send('POST', '/api/v1/monitor', other)).id);
  });
}

describe('every kind of signal and condition has examples', () => {
  for (const { path, alerts } of GOLDEN_KINDS) {
    it(`${relative(TOP, path)}: without findings, accepted by Datadog, and read back`, () => {
      assert.ok(alerts.length > 0);
      for (const alert of alerts) {
        const body = { application: 'shop', team: 'payments', key: 'example', alert };
        assert.deepEqual(
          lintBody(body, {}).filter(({ severity }) => severity !== 'info'),
          [],
        );
        const parsed = parseAlert(alert);
        const monitor = compileAlert(parsed);
        const sent = { ...monitor, query: withIds(monitor) };
        assert.deepEqual(statusAndErrors(send('POST', '/api/v1/monitor/validate', sent)), [200]);
        const read = readAlert(monitor) ?? readQueryAlert(monitor);
        assert.deepEqual(read && alertJson(read), alertJson(canonicalAlert(parsed)));
      }
    });
  }
});
