import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { birddog, folderWith } from './birddog-command.ts';

const BAD = "type: query alert\nquery: 'agv(last_5m):avg:a{*} > 1'\n";

describe('the names of files in annotations and SARIF', () => {
  const namesOf = async (folder: string, from: string, args: string[], env: Record<string, string> = {}) => {
    const run = (format: string) =>
      birddog(join(folder, from), ['lint', '--format', format, ...args], { env });
    const [github, sarif] = await Promise.all([run('github'), run('sarif')]);
    const annotated = [...github.out.matchAll(/^::error file=([^,]*),/gm)].map(([, name]) => name);
    const results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] =
      JSON.parse(sarif.out).runs[0].results;
    const uris = results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri);
    assert.deepEqual(uris, annotated);
    return annotated.join(' ');
  };

  it('are relative to the repository, for any spelling and any folder', async (t) => {
    const folder = folderWith(t, { 'top.yaml': BAD });
    for (const made of ['.git', 'apps/shop', 'apps/vendor/.git'])
      mkdirSync(join(folder, made), { recursive: true });
    for (const path of ['apps/shop/a.yaml', 'apps/vendor/b.yaml']) writeFileSync(join(folder, path), BAD);
    assert.equal(
      await namesOf(folder, 'apps/shop', ['a.yaml', '../../top.yaml']),
      'apps/shop/a.yaml top.yaml',
    );
    assert.equal(await namesOf(folder, '.', [join(folder, 'apps/shop')]), 'apps/shop/a.yaml');
    assert.equal(await namesOf(folder, '.', ['apps/vendor']), 'b.yaml', 'another repository');
    const workspace = { GITHUB_WORKSPACE: folder };
    assert.equal(
      await namesOf(folder, 'apps', ['vendor', 'shop'], workspace),
      'apps/vendor/b.yaml apps/shop/a.yaml',
    );
    const outer = { GITHUB_WORKSPACE: dirname(folder) };
    assert.equal(await namesOf(folder, 'apps/shop', ['a.yaml'], outer), 'apps/shop/a.yaml');
  });

  it('are relative to GITHUB_WORKSPACE without a repository, and as given without both', async (t) => {
    const folder = folderWith(t, {});
    mkdirSync(join(folder, 'apps'));
    writeFileSync(join(folder, 'apps/a.yaml'), BAD);
    assert.equal(await namesOf(folder, 'apps', ['./a.yaml'], { GITHUB_WORKSPACE: folder }), 'apps/a.yaml');
    assert.equal(await namesOf(folder, 'apps', ['./a.yaml']), './a.yaml');
    assert.equal(await namesOf(folder, 'apps', ['./a.yaml'], { GITHUB_WORKSPACE: '/elsewhere' }), './a.yaml');
  });
});
