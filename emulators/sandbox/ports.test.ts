import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort, portErrors } from './ports.ts';
import { portNames, readSettings } from './settings.ts';

const { ports } = readSettings(Object.fromEntries(portNames.map((name) => [name, '0'])));

test('reports a port in use with its variable, but not a free port or 0', async (t) => {
  const port = await freePort();
  assert.deepEqual(await portErrors({ ...ports, BIRDDOG_PORT: port }), []);
  const taken = createServer();
  t.after(() => taken.close());
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
  const errors = await portErrors({ ...ports, BIRDDOG_PORT: port });
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? '', new RegExp(`^port ${port} is in use .* BIRDDOG_PORT `));
});
