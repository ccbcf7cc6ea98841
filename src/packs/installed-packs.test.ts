import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SettingsError } from '../runtime/settings.ts';
import { installedPacks } from './installed-packs.ts';

const PACK = `apiVersion: birddog/pack/v1
name: mine
version: 2
summary: Mine
parameters: {depth: {type: number, description: The depth., default: 5}}
alerts: [{key: a, title: "Above \${depth}"}]
`;

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-packs-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('installedPacks', () => {
  it('has the packs of Birddog, and those of a folder in every format', async () => {
    const json = JSON.stringify({
      apiVersion: 'birddog/pack/v1',
      name: 'rabbitmq',
      version: 1,
      summary: 'Ours',
    });
    const folder = folderOf({ 'mine.yaml': PACK, 'rabbitmq.json': json, 'notes.txt': 'no pack' });
    const library = await installedPacks(folder);
    assert.deepEqual(
      library.versionsOf('mine').map(({ version }) => version),
      [2],
    );
    assert.deepEqual(
      library.versionsOf('rabbitmq').map(({ summary }) => summary),
      ['Ours'],
    );
    const builtIn = await installedPacks();
    assert.notEqual(builtIn.versionsOf('rabbitmq')[0]?.summary, 'Ours');
    assert.deepEqual(builtIn.versionsOf('mine'), []);
  });

  it('reports every fault in the folder by file, line and column', async () => {
    const folder = folderOf({
      'a.yaml': PACK.replace('version: 2', 'version: two').replace('number', 'numbr'),
      'b.yaml': PACK.replace('alerts: [', 'alerts: {'),
    });
    await assert.rejects(installedPacks(folder), (error) => {
      assert.ok(error instanceof SettingsError);
      for (const place of ['a.yaml:3:10:', 'a.yaml:5:28:', 'b.yaml:6:'])
        assert.ok(error.message.includes(`BIRDDOG_PACKS: ${place}`), error.message);
      return true;
    });
    await assert.rejects(installedPacks(join(folder, 'nowhere')), /BIRDDOG_PACKS: .*ENOENT/);
  });
});
