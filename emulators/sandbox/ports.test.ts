import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort, portFaults } from './ports.ts';
import { portNames, readSettings } from './settings.ts';

const { ports } = readSettings(Object.fromEntries(portNames.map((name) => [name, '0'])));

test('a taken port is told with its variable, a free one and 0 are not', async (t) => {
  const port = await freePort();
  assert.deepEqual(await portFaults({ ...ports, BIRDDOG_PORT: port }), []);
  const taken = createServer();
  t.after(() => taken.close());
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  const faults = await portFaults({ ...ports, BIRDDOG_PORT: port });
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? '', new RegExp(`^port ${port} is in use .* BIRDDOG_PORT `));
});
