import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCommand } from '../../../test/command-io.ts';
import { BUILT_IN } from '../../packs/installed-packs.ts';
import { EXIT } from '../exit-status.ts';
import { packsCommand } from './packs.ts';

const run = (...args: string[]) => runCommand(packsCommand, args, {});

describe('birddog packs', () => {
  it('lists the packs, as text and as JSON', async () => {
    const { status, out } = await run();
    assert.equal(status, 0);
    for (const name of BUILT_IN) assert.match(out, new RegExp(`^${name} 1 +[A-Z]`, 'm'));
    const { packs } = JSON.parse((await run('--json')).out);
    assert.deepEqual(
      packs.map(({ name }: { name: string }) => name),
      BUILT_IN,
    );
  });

  it('shows how a pack is used, its parameters and its objects', async () => {
    const { status, out } = await run('http-service');
    assert.equal(status, 0);
    assert.match(out, /^ {2}use: \[\{pack: http-service, version: 1, with: \{service: "shop"\}\}\]$/m);
    assert.match(out, /^ {2}service +string +required +The service/m);
    assert.match(out, /^ {2}latency +number +default 1 +The 95th/m);
    assert.match(out, /^ {2}alert +http-service-errors +critical +Too many requests of \$\{service\} fail$/m);
    const described = JSON.parse((await run('--json', 'http-service')).out);
    assert.deepEqual(described.keys, ['errors', 'latency', 'traffic', 'overview']);
    assert.deepEqual(Object.keys(described.parameters.service), ['type', 'description']);
  });

  it('shows the newest version of a pack of the folder, with control characters made visible', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'birddog-packs-'));
    for (const version of [3, 12])
      writeFileSync(
        join(folder, `mine-${version}.json`),
        JSON.stringify({ apiVersion: 'birddog/pack/v1', name: 'mine', version, summary: 'Red \u001b[31m' }),
      );
    const lintConfig = { handles: undefined, packs: folder, workspace: undefined };
    const { status, out } = await runCommand(packsCommand, ['mine'], { lintConfig });
    assert.equal(status, 0);
    assert.match(out, /^mine 12: Red /);
    assert.ok(!out.includes('\u001b'));
  });

  it('names the pack that an unknown name is similar to', async () => {
    const { status, err } = await run('rabitmq');
    assert.equal(status, 1);
    assert.match(err, /there is no pack "rabitmq". Did you mean "rabbitmq"\?/);
    assert.equal((await run('redis', 'host')).status, EXIT.usage);
  });
});
