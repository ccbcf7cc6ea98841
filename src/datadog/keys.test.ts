import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { watchFolder } from '../runtime/watched-folder.ts';
import { createLog } from '../runtime/log.ts';
import { keysFrom, readDatadogKeys } from './keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
after(() => rmSync(folder, { recursive: true }));

it('retries rejected keys when the files contain other keys', () => {
  const put = (api: string, app: string) => {
    writeFileSync(join(folder, 'datadog-api-key'), api);
    writeFileSync(join(folder, 'datadog-app-key'), app);
  };
  put('api-1', 'app-1');
  const log = createLog('test', () => {});
  const watched = watchFolder({ part: 'datadog_keys', folder, read: readDatadogKeys, log });
  const keys = keysFrom(watched);
  const used = keys.current();
  assert.equal(keys.reread(used), false);
  put('api-1', 'app-two');
  assert.equal(keys.reread(used), true);
  assert.equal(keys.reread(keys.current()), false);
  put('api-three', 'app-two');
  watched.poll();
  assert.equal(keys.reread(used), true);
  assert.equal(keys.current().api.reveal(), 'api-three');
});
