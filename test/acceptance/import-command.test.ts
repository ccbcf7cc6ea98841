import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { importCommand } from '../../src/cli/commands/import.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { folderWith } from './birddog-command.ts';
import { datadog } from './document-client.ts';
import { type Pod, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const COMMANDS = { plan: planCommand, apply: applyCommand, import: importCommand };
const run = (folder: string, [name, ...args]: readonly [keyof typeof COMMANDS, ...string[]]) =>
  runInProcess(COMMANDS[name], pod.birddogUrl, folder, args);

describe('birddog import', () => {
  it('fails with the candidates if the team is ambiguous, unless --team names it', async (t) => {
    const folder = folderWith(t, {});
    const made = await Promise.all(
      ['shop', 'payments'].map((team) =>
        datadog(pod, 'POST', '/api/v1/monitor', {
          type: 'query alert',
          name: `Of ${team}`,
          query: `avg(last_5m):avg:system.load.5{of:${team}} > 2`,
          tags: [`team:${team}`],
          options: { thresholds: { critical: 2 } },
        }),
      ),
    );
    // A long list of ids, which the comment counts.
    const ids = Array.from({ length: 100 }, (_, at) => String(made[at % 2]?.['id'])).join(',');
    const args = ['import', '--application', 'two-teams', '--id', ids] as const;
    const { status, out, err } = await run(folder, [...args]);
    assert.deepEqual([status, out], [1, '']);
    assert.match(err, /payments \(1 of 2 objects\)/);
    assert.match(err, /shop \(1 of 2 objects\)/);
    assert.match(err, /--team/);
    const named = await run(folder, [...args, '--team', 'shop']);
    assert.equal(named.status, 0, named.err);
    assert.match(named.out, /^team: shop$/m);
    assert.match(named.out, /^ {6}filter: "?of:shop"?$/m);
    const comments = named.out.split('\n').filter((line) => line.startsWith('#'));
    assert.ok(Math.max(...comments.map((line) => line.length)) < 200, comments.join('\n'));
    assert.match(comments.join('\n'), /found by 100 ids/);
  });

  for (const format of ['yaml', 'json', 'toml']) {
    it(`writes a document in ${format} whose first plan only adds markers`, async (t) => {
      const tag = `import-as:${format}`;
      const made = await datadog(pod, 'POST', '/api/v1/monitor', {
        type: 'query alert',
        name: `Imported ${format}`,
        query: `avg(last_5m):avg:system.load.5{a:${format}} > 2`,
        message: 'First line: "quoted" \\ é\nSecond line @slack-a',
        tags: [tag],
        options: { thresholds: { critical: 2 }, include_tags: false },
      });
      const folder = folderWith(t, {});
      const name = `found.${format}`;
      const args = [
        'import',
        '--application',
        `import-${format}`,
        '--team',
        'payments',
        '--tag',
        tag,
      ] as const;
      const { status, err } = await run(folder, [...args, '--output', name]);
      assert.deepEqual(
        [status, err],
        [0, `1 alert, 0 monitors and 0 dashboards of import-${format} written to ${name}\n`],
      );
      const text = readFileSync(join(folder, name), 'utf8');
      if (format !== 'json') {
        const [, directive, schema = ''] =
          /^(# yaml-language-server: \$schema=|#:schema )(\S+)\n# Objects of import-/.exec(text) ?? [];
        assert.equal(directive, format === 'yaml' ? '# yaml-language-server: $schema=' : '#:schema ');
        const answer = await fetch(schema);
        assert.equal(answer.headers.get('content-type'), 'application/schema+json');
        assert.ok(z.object({ $defs: z.object({ Monitor: z.looseObject({}) }) }).parse(await answer.json()));
      }
      if (format === 'yaml') assert.match(text, /message: \|-\n {6}First line/);
      const planned = JSON.parse((await run(folder, ['plan', '--json', name])).out).documents[0];
      assert.deepEqual(planned.findings, []);
      assert.deepEqual(
        planned.objects.map((o: { action: string; id: string; changes: { path: string }[] }) => [
          o.action,
          o.id,
          ...o.changes.map(({ path }) => path.replace(/\d+$/, '')),
        ]),
        [['update', String(made['id']), '/tags/', '/tags/', '/tags/']],
      );
      assert.equal((await run(folder, ['apply', '--yes', name])).status, 0);
      assert.equal((await run(folder, ['plan', name])).status, 0);
      const again = await run(folder, [...args, '--output', name]);
      assert.deepEqual([again.status, /the file already exists/.test(again.err)], [1, true]);
    });
  }
});
