import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SettingsError } from '../runtime/settings.ts';
import { readReceivers } from './receivers-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'birddog-receivers-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'receivers.yaml');
const ADDRESS = 'https://hooks.example.test/T0/very-secret';

function read(text: string) {
  writeFileSync(path, text);
  return readReceivers(path);
}
/** Returns the faults without the setting and the path. */
async function faultsOf(text: string): Promise<string[]> {
  const error: unknown = await read(text).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof SettingsError, String(error));
  const [, ...lines] = error.message.split('\n');
  return lines.map((line) => line.replace(`  BIRDDOG_RECEIVERS: ${path}:`, ''));
}

describe('the receivers file', () => {
  it('defaults to one datadog_event receiver', async () =>
    assert.deepEqual(await readReceivers(''), { receivers: [{ type: 'datadog_event' }] }));

  it('lists Datadog events and webhooks, with each address in a file of its folder', async () => {
    writeFileSync(join(folder, 'url'), `${ADDRESS}\n`);
    const { receivers } = await read('receivers: [{type: datadog_event}, {type: webhook, url_file: url}]');
    assert.deepEqual(
      receivers.map((one) => (one.type === 'webhook' ? one.url.reveal() : one.type)),
      ['datadog_event', ADDRESS],
    );
    assert.ok(!JSON.stringify(receivers).includes('very-secret'));
  });

  it('may be empty, which turns notifications off', async () =>
    assert.deepEqual(await read('receivers: []'), { receivers: [] }));

  it('may have a heartbeat, every 60 s by default', async () => {
    writeFileSync(join(folder, 'beat'), ADDRESS);
    for (const [every, ms] of [
      ['', 60_000],
      [', every: 2m', 120_000],
    ] as const) {
      const { heartbeat } = await read(`receivers: []\nheartbeat: {url_file: beat${every}}\n`);
      assert.deepEqual([heartbeat?.everyMs, heartbeat?.url.reveal()], [ms, ADDRESS]);
    }
    for (const every of ['9s', '61m', 'often'])
      assert.deepEqual(await faultsOf(`receivers: []\nheartbeat:\n  url_file: beat\n  every: ${every}\n`), [
        '4:10: every must be a duration from 10s to 1h. (/heartbeat/every)',
      ]);
    assert.match(
      (await faultsOf('receivers: []\nheartbeat:\n  url_file: none\n')).join('\n'),
      /^3:13: The file .*none cannot be read/,
    );
  });

  it('reports all faults together, by line and column, without an address', async () => {
    writeFileSync(join(folder, 'plain'), 'http://hooks.example.test/very-secret');
    const faults = await faultsOf(
      [
        'receivers:',
        '  - type: datadog_event',
        '    url_file: url',
        '  - type: slack',
        '  - type: webhook',
        '  - type: webhook',
        '    url_file: absent',
        '  - type: webhook',
        '    url_file: plain',
        '    name: ops',
        '  - type: datadog_event',
        'heartbeat: {}',
      ].join('\n'),
    );
    const all = faults.join('\n');
    for (const fault of [
      /^3:\d+: url_file is only valid for a webhook\. Remove it\./m,
      /^4:\d+: Type must be one of datadog_event, webhook\./m,
      /^5:\d+: url_file is required for a webhook\./m,
      /^7:\d+: The file .*absent cannot be read\./m,
      /^9:\d+: The file .*plain must contain one https address/m,
      /^10:\d+: "name" is not a field of/m,
      /^11:\d+: Entry 1 is already a datadog_event receiver\./m,
      /^12:\d+: .*url_file/m,
    ])
      assert.match(all, fault);
    assert.equal(faults.length, 8, all);
    assert.doesNotMatch(all, /very-secret/);
  });

  it('must be readable YAML within the limits', async () => {
    await assert.rejects(
      readReceivers(join(folder, 'none.yaml')),
      /BIRDDOG_RECEIVERS: .*none\.yaml cannot be read/,
    );
    assert.match((await faultsOf('receivers: [')).join('\n'), /^\d+:\d+: /);
    assert.equal((await faultsOf('receivers: []\n'.padEnd(1_100_000, '#'))).length, 1);
    const many = `receivers:\n${'  - {type: webhook, url_file: url}\n'.repeat(21)}`;
    assert.match((await faultsOf(many)).join('\n'), /at most 20 entries/);
  });
});
