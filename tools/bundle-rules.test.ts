import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUNDLES, bundleFaults, type BundleRule } from './bundle-rules.ts';

const DEPENDENCIES = ['@peculiar/x509', 'cockatiel', 'zod', ...'abcdefgh'];

function ruleOf(command: string): BundleRule {
  const rule = BUNDLES.find((bundle) => bundle.command === command);
  assert.ok(rule, command);
  return rule;
}

const FORBIDDEN: readonly (readonly [command: string, module: string, part: string])[] = [
  ['sidecar', 'node_modules/@peculiar/x509/build/x509.es.js', '@peculiar/x509'],
  ['sidecar', 'node_modules/cockatiel/dist/index.js', 'cockatiel'],
  ['sidecar', 'src/catalogs/leanix.ts', 'src/catalogs/'],
  ['sidecar', 'src/main/app.ts', 'src/main/'],
  ['serve', 'node_modules/@peculiar/x509/build/x509.es.js', '@peculiar/x509'],
  ['serve', 'src/sidecar/app.ts', 'src/sidecar/'],
  ['init', 'src/datadog/request.ts', 'src/datadog/'],
  ['init', 'emulators/vault/vault-handler.ts', 'emulators/'],
  ['cli', 'src/http/contract-app.ts', 'src/http/'],
  ['serve', 'test/manual-clock.ts', 'test/'],
];

for (const [command, module, part] of FORBIDDEN) {
  test(`the bundle of ${command} must not contain ${module}`, () => {
    assert.deepEqual(bundleFaults(ruleOf(command), [module], [], DEPENDENCIES), [
      `dist/${command}.js holds ${part}, which does not belong there`,
    ]);
  });
}

test('a bundle must not contain tests', () => {
  const faults = bundleFaults(ruleOf('serve'), ['src/main/app.test.ts'], [], DEPENDENCIES);
  assert.deepEqual(faults, ['dist/serve.js holds the test src/main/app.test.ts']);
});

test('a bundle imports only built-in modules of Node', () => {
  const faults = bundleFaults(ruleOf('serve'), [], ['node:fs', 'zod'], DEPENDENCIES);
  assert.deepEqual(faults, ['dist/serve.js loads zod at run time, but the image has no node_modules']);
});

test('the sidecar has at most 8 direct dependencies; indirect ones do not count', () => {
  const modules = [...'abcdefgh', 'indirect'].map((name) => `node_modules/${name}/index.js`);
  assert.deepEqual(bundleFaults(ruleOf('sidecar'), modules, [], DEPENDENCIES), []);
  const faults = bundleFaults(ruleOf('sidecar'), [...modules, 'node_modules/zod/index.js'], [], DEPENDENCIES);
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
  assert.deepEqual(bundleFaults(ruleOf('serve'), modules, ['node:fs'], DEPENDENCIES), []);
});
