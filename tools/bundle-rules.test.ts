import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BuiltBundle, BUNDLES, bundleFaults, type BundleRule } from './bundle-rules.ts';

const DEPENDENCIES = ['@peculiar/x509', 'cockatiel', 'zod', ...'abcdefgh'];

function ruleOf(command: string): BundleRule {
  const rule = BUNDLES.find((bundle) => bundle.command === command);
  assert.ok(rule, command);
  return rule;
}

const faultsOf = (command: string, built: Partial<BuiltBundle>) =>
  bundleFaults(ruleOf(command), { modules: [], imports: [], dynamicImports: [], ...built }, DEPENDENCIES);

const FORBIDDEN: readonly (readonly [command: string, module: string, part: string])[] = [
  ['sidecar', 'node_modules/@peculiar/x509/build/x509.es.js', '@peculiar/x509'],
  ['sidecar', 'node_modules/cockatiel/dist/index.js', 'cockatiel'],
  ['sidecar', 'src/catalogs/leanix.ts', 'src/catalogs/'],
  ['sidecar', 'src/main/app.ts', 'src/main/'],
  ['serve', 'node_modules/@peculiar/x509/build/x509.es.js', '@peculiar/x509'],
  ['serve', 'src/sidecar/app.ts', 'src/sidecar/'],
  ['serve', 'node_modules/pg/lib/index.js', 'pg'],
  ['sidecar', 'node_modules/pg/lib/index.js', 'pg'],
  ['init', 'src/datadog/request.ts', 'src/datadog/'],
  ['init', 'emulators/vault/vault-handler.ts', 'emulators/'],
  ['cli', 'src/http/contract-app.ts', 'src/http/'],
  ['serve', 'test/manual-clock.ts', 'test/'],
];

for (const [command, module, part] of FORBIDDEN) {
  test(`the bundle of ${command} must not contain ${module}`, () => {
    assert.deepEqual(faultsOf(command, { modules: [module] }), [
      `dist/${command}.js holds ${part}, which does not belong there`,
    ]);
  });
}

test('a bundle must not contain tests', () => {
  const faults = faultsOf('serve', { modules: ['src/main/app.test.ts'] });
  assert.deepEqual(faults, ['dist/serve.js holds the test src/main/app.test.ts']);
});

test('a bundle imports only built-in modules of Node', () => {
  const faults = faultsOf('serve', { imports: ['node:fs', 'zod'] });
  assert.deepEqual(faults, ['dist/serve.js loads zod at run time, but the image has no node_modules']);
});

test('a bundle may load the driver of PostgreSQL later, and nothing else, and not when it starts', () => {
  const driver = ['./postgresql.js'];
  for (const command of ['serve', 'sidecar'])
    assert.deepEqual(faultsOf(command, { dynamicImports: driver }), [], command);
  for (const built of [{ imports: driver }, { dynamicImports: ['zod'] }])
    assert.match(faultsOf('serve', built).join(), /loads \S+ at run time/);
});

test('the sidecar has at most 8 direct dependencies; indirect ones do not count', () => {
  const modules = [...'abcdefgh', 'indirect'].map((name) => `node_modules/${name}/index.js`);
  assert.deepEqual(faultsOf('sidecar', { modules }), []);
  const faults = faultsOf('sidecar', { modules: [...modules, 'node_modules/zod/index.js'] });
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? '', /loads 9 direct dependencies .*; 8 is the maximum/);
});

test('a bundle may contain its own modules, even if their names resemble forbidden ones', () => {
  const modules = [
    'package.json',
    'src/domain/test.ts',
    'src/main/app.ts',
    'node_modules/emulators/index.js',
  ];
  assert.deepEqual(faultsOf('serve', { modules, imports: ['node:fs'] }), []);
});
