import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { processSpec } from './processes.ts';
import { readSettings } from './settings.ts';

const EMULATORS = ['vault', 'datadog', 'leanix', 'servicenow'] as const;
/** Variables whose values the sandbox sets. */
const SET_BY_SANDBOX = new Set(['STOP_WITH_STDIN', 'DATADOG_API_KEY', 'DATADOG_APP_KEY']);

/** Returns the names of the variables that a program reads. */
function variablesOf(name: (typeof EMULATORS)[number]): string[] {
  const files = ['index.ts', 'settings.ts'].map((file) => join(import.meta.dirname, '..', name, file));
  const text = files.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('\n');
  const reads = text.matchAll(/env\['([A-Z_]+)'\]|const \{([A-Z_, ]+)\} = process\.env/g);
  return [...reads].flatMap(([, one, list]) => one ?? (list ?? '').split(',').map((each) => each.trim()));
}

describe('an emulator in the sandbox', () => {
  for (const name of EMULATORS)
    it(`${name} gets every variable that it reads from the environment of the sandbox`, () => {
      const read = variablesOf(name).filter((one) => !SET_BY_SANDBOX.has(one));
      assert.ok(read.includes('EMULATOR_CONTROL'), read.join());
      const env = Object.fromEntries(read.map((one) => [one, '1']));
      const context = { settings: readSettings(env), folder: '/nowhere', url: () => '' };
      const passed = processSpec(name, context).env;
      assert.deepEqual(
        read.filter((one) => passed[one] !== '1'),
        [],
      );
    });

  it('gets no variable of another emulator', () => {
    const env = { VAULT_SEED: '1', VAULT_TOKEN: '1', SERVICENOW_EMULATOR_X: '1' };
    const context = { settings: readSettings(env), folder: '/nowhere', url: () => '' };
    const passed = Object.keys(processSpec('leanix', context).env);
    assert.deepEqual(
      passed.filter((one) => Object.hasOwn(env, one)),
      [],
    );
    assert.equal(Object.hasOwn(processSpec('vault', context).env, 'VAULT_TOKEN'), false);
  });
});
