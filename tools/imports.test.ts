import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { scratchTree } from './scratch-tree.ts';

const ROOT = join(import.meta.dirname, '..');

/** One violation per rule: the rule, the file, and its text. */
const BROKEN: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['layers-serving', 'src/serving/a.ts', `import '../init/start.ts';`],
  ['layers-ledger', 'src/http/a.ts', `import '../init/start.ts';`],
  ['layers-format', 'src/lint/a.ts', `import '../pipeline/ports.ts';`],
  ['layers-runtime', 'src/runtime/a.ts', `import '../pipeline/ports.ts';`],
  ['layers-domain', 'src/domain/a.ts', `import type { Text } from '../format/text.ts';`],
  ['known-folders', 'src/elsewhere/a.ts', `import '../domain/value.ts';`],
  ['commands-apart', 'src/main/a.ts', `import '../sidecar/start.ts';`],
  ['commands-apart', 'src/sidecar/a.ts', `import '../main/start.ts';`],
  ['adapters-apart', 'src/catalogs/a.ts', `import '../ledger/read.ts';`],
  ['adapters-know-ports-only', 'src/ledger/a.ts', `import '../pipeline/plan.ts';`],
  ['pipeline-is-handed-its-ports', 'src/pipeline/a.ts', `import '../ledger/read.ts';`],
  ['http-knows-no-adapter', 'src/http/b.ts', `await import('../ledger/read.ts');`],
  ['pure-without-io', 'src/domain/b.ts', `import 'node:fs/promises';`],
  ['pure-without-io', 'src/format/b.ts', `import 'node:timers';`],
  ['pure-without-io', 'src/alerts/b.ts', `import 'node:https';`],
  ['source-stands-alone', 'src/init/a.ts', `import '../../emulators/vault/index.ts';`],
  ['emulators-stand-alone', 'emulators/vault/a.ts', `export * from '../../src/domain/value.ts';`],
  ['emulators-apart', 'emulators/leanix/a.ts', `import '../vault/index.ts';`],
  ['tests-are-not-imported', 'src/init/b.ts', `import './start.test.ts';`],
  ['source-needs-no-dev-dependency', 'src/init/c.ts', `import 'fast-check';`],
  ['no-circles', 'src/init/d.ts', `import type { E } from './e.ts';`],
  ['imports-resolve', 'src/init/f.ts', `import './nowhere.ts';`],
];

/** Files that pass, and that the violations import. */
const SOUND: Record<string, string> = {
  'src/domain/value.ts': '',
  'src/runtime/clock.ts': `import 'node:timers'; import '../domain/value.ts'; export const clock = 1;`,
  'src/format/text.ts': `import type {} from '../domain/value.ts'; import 'node:util'; import 'js-yaml';`,
  'src/pipeline/ports.ts': `import '../format/text.ts';`,
  'src/pipeline/plan.ts': `import './ports.ts';`,
  'src/ledger/read.ts': `import '../pipeline/ports.ts'; import '../runtime/clock.ts'; import 'node:fs';`,
  'src/main/start.ts': `import '../ledger/read.ts'; import '../pipeline/plan.ts';`,
  'src/sidecar/start.ts': `import '../ledger/read.ts';`,
  'src/init/start.ts': '',
  'src/init/start.test.ts': `import 'fast-check'; import '../main/start.ts'; import '../../emulators/vault/index.ts';`,
  'emulators/server/serve.ts': '',
  'emulators/vault/index.ts': `import '../server/serve.ts';`,
  'emulators/sandbox/index.ts': `import '../vault/index.ts';`,
};

function checkImports(t: TestContext, files: Record<string, string>) {
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const tree = scratchTree(t, { 'package.json': manifest, ...files });
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  const depcruise = join(ROOT, 'node_modules/.bin/depcruise');
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const args = [depcruise, '--config', config, 'src', 'emulators'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
  const found = [...stdout.matchAll(/^\s*error ([\w-]+): (\S+)/gm)].map(
    ([, rule, file]) => `${rule}: ${file}`,
  );
  return { status, found: found.sort() };
}

test('every import rule rejects a file that violates it', (t) => {
  const broken = Object.fromEntries(BROKEN.map(([, file, text]) => [file, text]));
  const otherHalf = { 'src/init/e.ts': `import type { D } from './d.ts';` };
  const { status, found } = checkImports(t, { ...SOUND, ...otherHalf, ...broken });
  assert.deepEqual(found, BROKEN.map(([rule, file]) => `${rule}: ${file}`).sort());
  assert.notEqual(status, 0);
});

test('valid imports pass, and tests may import from every folder', (t) => {
  assert.deepEqual(checkImports(t, SOUND), { status: 0, found: [] });
});
