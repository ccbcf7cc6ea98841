import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createTestClient, statusAndErrors } from '../emulators/datadog/test-client.ts';
import { readAlert } from '../src/alerts/read-back.ts';
import { lintText } from '../src/cli/documents/lint-text.ts';
import { everydayAlerts } from './everyday-alerts.ts';

const alerts = everydayAlerts();
const lines = (text: string) => text.split('\n').length;

describe('the everyday alerts', () => {
  it('are 25, and clean under lint', async () => {
    assert.equal(new Set(alerts.map(({ key }) => key)).size, 25);
    const text = readFileSync(join(import.meta.dirname, '../docs/everyday-alerts.yaml'), 'utf8');
    const findings = await lintText(text, 'yaml');
    assert.deepEqual(
      findings.filter(({ severity }) => severity !== 'info'),
      [],
    );
  });

  const { send } = createTestClient();
  for (const { key, monitor, birddog, terraform, datadog } of alerts) {
    it(`are accepted by Datadog, and shorter than in other notations: ${key}`, () => {
      assert.deepEqual(statusAndErrors(send('POST', '/api/v1/monitor/validate', monitor)), [200]);
      assert.ok(readAlert(monitor));
      assert.ok(lines(birddog) < lines(datadog), birddog);
      assert.ok(lines(birddog) <= lines(terraform), terraform);
      assert.ok(birddog.startsWith(`  - key: ${key}\n`));
    });
  }

  it('need about half of the lines of Datadog, and less than half of those of Terraform', () => {
    const sum = (of: 'birddog' | 'terraform' | 'datadog') =>
      alerts.reduce((count, alert) => count + lines(alert[of]), 0);
    assert.ok(sum('birddog') < 0.55 * sum('datadog'), `${sum('birddog')} ${sum('datadog')}`);
    assert.ok(2 * sum('birddog') < sum('terraform'), `${sum('birddog')} ${sum('terraform')}`);
  });
});
