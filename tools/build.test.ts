import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { build } from './build.ts';
import { BUNDLES, DATA_FILES } from './bundle-rules.ts';
import { scratchTree } from './scratch-tree.ts';

/** Fake processes that load their modules and exit because settings are missing, as the real ones do. */
const PROJECT: Record<string, string> = {
  'bin/birddog': readFileSync(join(import.meta.dirname, '../bin/birddog'), 'utf8'),
  'package.json': JSON.stringify({ type: 'module', dependencies: { jose: '1' } }),
  'node_modules/jose/package.json': JSON.stringify({ name: 'jose', type: 'module', main: 'index.js' }),
  'node_modules/jose/index.js': `export const jose = 'jose';`,
  ...Object.fromEntries(DATA_FILES.map((file) => [file, 'data'])),
  'src/domain/name.ts': `export const name = (of: string): string => 'birddog ' + of;`,
  'src/main/index.ts': `import { jose } from 'jose'; import { name } from '../domain/name.ts';
    const { driver } = await import('../ledger/ledger.ts').then(({ load }) => load());
    console.log(name('serve'), jose, typeof await import('./later.ts'), driver); process.exit(78);`,
  'src/main/later.ts': `export const later = 1;`,
  'src/ledger/ledger.ts': `export const load = () => import('./sql/postgresql.ts');`,
  'src/ledger/sql/postgresql.ts': `export const driver = 'driver';`,
  'src/sidecar/index.ts': `import { name } from '../domain/name.ts'; console.log(name('sidecar')); process.exit(78);`,
  'src/init/index.ts': `import { name } from '../domain/name.ts'; console.log(name('init')); process.exit(78);`,
  'src/cli/index.ts': `import { name } from '../domain/name.ts'; console.log(name('cli')); process.exit(2);`,
};

test('the build writes one file per process that runs without node_modules, with a compile cache that Node accepts', async (t) => {
  const root = scratchTree(t, PROJECT);
  const said: string[] = [];
  await build(root, BUNDLES, (line) => said.push(line));
  rmSync(join(root, 'src'), { recursive: true });
  rmSync(join(root, 'node_modules'), { recursive: true });
  const { status, stdout, stderr } = spawnSync(join(root, 'bin/birddog'), ['serve'], {
    encoding: 'utf8',
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
  });
  assert.equal(status, 78);
  assert.match(stdout, /^birddog serve jose object driver$/m);
  assert.match(`${stdout}${stderr}`, /code cache for ESM .*dist\/serve.js was accepted/);
  assert.doesNotMatch(readFileSync(join(root, 'dist/serve.js'), 'utf8'), /`driver`|'driver'|"driver"/);
  assert.equal(readFileSync(join(root, 'dist/known-metrics.br'), 'utf8'), 'data');
  for (const { command } of BUNDLES) assert.ok(existsSync(join(root, `dist/${command}.js.map`)), command);
  assert.match(said.join('\n'), /^dist\/serve.js: \d+ KiB of \d+ modules$/m);
  assert.match(said.join('\n'), /^dist\/compile-cache: 5 entries$/m);
});

test('the build fails and names a bundle with forbidden modules', async (t) => {
  const root = scratchTree(t, {
    ...PROJECT,
    'src/catalogs/leanix.ts': `export const found = process.argv.length;`,
    'src/sidecar/index.ts': `import { found } from '../catalogs/leanix.ts'; console.log(found);`,
  });
  await assert.rejects(
    build(root, BUNDLES, () => {}),
    /^Error: dist\/sidecar.js holds src\/catalogs\/, which does not belong there$/,
  );
});
