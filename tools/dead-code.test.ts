import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratchTree } from './scratch-tree.ts';

const ROOT = join(import.meta.dirname, '..');

test('finds unused files, exports and dependencies, but not entry points or exports that tests use', (t) => {
  const tree = scratchTree(t, {
    'knip.json': readFileSync(join(ROOT, 'knip.json'), 'utf8'),
    'package.json': JSON.stringify({ name: 'x', type: 'module', dependencies: { unneeded: '1' } }),
    'src/main/index.ts': `import { used } from './used.ts'; used();`,
    'src/main/used.ts': `export const used = () => 1;\nexport const spare = () => 2;\nexport const tested = () => 3;`,
    'src/main/used.test.ts': `import { tested } from './used.ts'; tested();`,
    'src/main/alone.ts': `export const alone = 1;`,
    'emulators/vault/index.ts': `export const vault = 1;`,
  });
  const knip = join(ROOT, 'node_modules/.bin/knip');
  const args = [knip, '--no-config-hints', '--reporter=compact'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
  assert.notEqual(status, 0);
  assert.match(stdout, /alone\.ts/);
  assert.match(stdout, /unneeded/);
  assert.match(stdout, /used\.ts: spare$/m);
  assert.doesNotMatch(stdout, /index\.ts|tested|used\.test/);
});
