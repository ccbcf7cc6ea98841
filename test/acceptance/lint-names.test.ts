import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { load } from 'js-yaml';
import { z } from 'zod';
import { birddog, folderWith, ROOT } from './birddog-command.ts';

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

it('the pre-commit hook runs an installed command on the changed documents', async (t) => {
  const hooks: unknown = load(readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8'));
  const [{ entry, files, language }] = z
    .tuple([
      z.looseObject({
        id: z.literal('birddog-lint'),
        entry: z.string(),
        files: z.string(),
        language: z.string(),
      }),
    ])
    .parse(hooks);
  assert.equal(language, 'system');
  for (const name of ['a.yaml', 'b/c.yml', 'd.json', 'e.toml']) assert.match(name, new RegExp(files));
  assert.doesNotMatch('README.md', new RegExp(files));
  const [command, ...args] = entry.split(' ');
  assert.equal(command, 'birddog');
  const good = BAD.replace('agv', 'avg').concat("name: x\nmessage: '@slack-x'\n");
  const folder = folderWith(t, { 'bad.yaml': BAD, 'good.yaml': good });
  const ofGood = await birddog(folder, [...args, 'good.yaml']);
  assert.equal(ofGood.status, 0, ofGood.out);
  assert.equal((await birddog(folder, [...args, 'good.yaml', 'bad.yaml'])).status, 1);
});
