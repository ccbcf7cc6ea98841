import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { historyCommand } from '../../src/cli/commands/history.ts';
import { restoreCommand, undoCommand } from '../../src/cli/commands/restore.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { actions, DASHBOARD, documentOf, MONITOR, ok, send } from './document-client.ts';
import { type Pod, request, startPod } from './pod.ts';
import { runInProcess } from './run-in-process.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

const COMMANDS = { history: historyCommand, undo: undoCommand, restore: restoreCommand };
const run = (
  [name, ...args]: readonly [keyof typeof COMMANDS, ...string[]],
  given: Parameters<typeof runInProcess>[4] = {},
) => runInProcess(COMMANDS[name], pod.birddogUrl, '/no-folder', args, given);

const BOTH = { key: 'both', type: 'composite', name: 'Both', query: '${monitor:load} && !${monitor:load}' };
const BOARD = {
  ...DASHBOARD,
  widgets: [{ definition: { type: 'alert_value', alert_id: '${monitor:load}' } }],
};
/** Datadog refuses two equal monitors, so each application has its own query. */
const loadOf = (application: string, more: JsonObject = {}): JsonObject => ({
  ...MONITOR,
  query: `avg(last_5m):avg:system.load.1{app:${application}} > 2`,
  ...more,
});
const get = async (application: string, kind: string, key: string) => {
  const answer = await request(pod, 'GET', `/get_${kind}s?application=${application}&key=${key}`);
  return answer.status === 404 ? undefined : ok(answer)[`${kind}s`][0];
};

for (const application of ['checkout', 'history-unlisted'])
  describe(`the history of ${application}`, () => {
    const where = ['--application', application];

    it('lists creates, updates and deletes with their callers; restore brings an older revision back', async () => {
      const load = loadOf(application);
      ok(await send(pod, '/apply', documentOf(application, { monitors: [load, BOTH], dashboards: [BOARD] })));
      const { key: _, ...monitor } = loadOf(application, { message: 'Changed' });
      ok(
        await request(pod, 'PUT', '/update_monitor', {
          body: JSON.stringify({ application, key: 'load', monitor }),
          headers: { 'content-type': 'application/json' },
        }),
      );
      const all = await run(['history', ...where]);
      assert.deepEqual([all.status, all.err], [0, '']);
      assert.deepEqual(
        all.out
          .split('\n')
          .flatMap((line) => line.match(/(?:create|update) \w+ [\w-]+/) ?? [])
          .sort(),
        ['create dashboard overview', 'create monitor both', 'create monitor load', 'update monitor load'],
      );
      const unnamed = await run(['history', ...where, '--catalogs', 'checkout']);
      assert.deepEqual([unnamed.status, /--catalogs must be a JSON object/.test(unnamed.err)], [64, true]);
      const one = await run(['history', ...where, '--catalogs', '{}', 'load']);
      assert.match(one.out, /update monitor load {2}revision 2, by anonymous\n {6}.*message/);

      const command = ['restore', ...where, 'load', '--revision', '1'] as const;
      const unattended = await run(command);
      assert.deepEqual([unattended.status, /pass --yes/.test(unattended.err)], [1, true]);
      const declined = await run(command, { isTerminal: true });
      assert.equal(declined.status, 2);
      assert.match(declined.err, /1 to update\. Restore\? \[y\/N\]/);
      assert.equal((await get(application, 'monitor', 'load')).monitor.message, 'Changed');
      const restored = await run(command, { isTerminal: true, confirms: true });
      assert.equal(restored.status, 0, restored.err);
      assert.match(restored.out, /~ monitor load[^]*updated monitor load/);
      assert.equal((await get(application, 'monitor', 'load')).monitor.message, MONITOR['message']);
      assert.match((await run(['history', ...where, 'load'])).out, /revision 3, restored from revision 1/);
    });

    it('names each text that a restore cannot bring back, with its place and what to do', async () => {
      const secret = `use ghp_${'a1B2'.repeat(9)}`;
      const [key, kept] = [
        'secret',
        loadOf(application, { key: 'secret', message: 'No secret', name: 'Kept' }),
      ];
      const query = String(kept['query']).replace('{', '{key:secret,');
      for (const more of [{ message: secret, name: secret }, {}])
        ok(await send(pod, '/apply', documentOf(application, { monitors: [{ ...kept, query, ...more }] })));
      const refused = await run(['restore', ...where, key, '--revision', '1', '--yes']);
      assert.equal(refused.status, 1);
      for (const field of ['name', 'message'])
        assert.match(
          refused.err,
          new RegExp(
            `^/monitors/secret/${field}: error: The field /${field} of the monitor "secret" contained a secret, .*\\n {2}hint: Apply a document with the wanted text of /${field};`,
            'm',
          ),
        );
      assert.match(refused.err, /^error: .*\[invalid\]$/m);
      ok(await request(pod, 'DELETE', `/delete_monitor?application=${application}&key=${key}`));
    });

    it('undoes an apply that deleted, created and updated, and that undo, with every reference', async () => {
      const name = `${application}-mixed`;
      const part = (key: string) =>
        loadOf(application, { key, name: key, query: `avg(last_5m):avg:a.b{app:${name},key:${key}} > 2` });
      const documentWith = (key: string, more: JsonObject[]) =>
        documentOf(application, {
          monitors: [
            { ...part('load'), message: `Beside /monitors/\${monitor:${key}}` },
            part(key),
            { ...BOTH, name, query: `\${monitor:load} && \${monitor:${key}}` },
          ],
          dashboards: [
            {
              ...BOARD,
              widgets: [
                {
                  definition: {
                    type: 'group',
                    layout_type: 'ordered',
                    widgets: [
                      {
                        definition: {
                          type: 'alert_graph',
                          alert_id: `\${monitor:${key}}`,
                          viz_type: 'timeseries',
                        },
                      },
                    ],
                  },
                },
              ],
            },
            ...more,
          ],
        });
      const [first, second] = [
        documentWith('disk', []),
        documentWith('new', [{ ...DASHBOARD, key: 'more' }]),
      ];
      ok(await send(pod, '/apply', first));
      ok(await send(pod, '/apply?prune=true', second));
      const undone = await run(['undo', ...where, '--yes']);
      assert.equal(undone.status, 0, undone.err);
      assert.match(undone.out, /deleted monitor new/);
      const unchanged = async (document: JsonObject) =>
        assert.deepEqual(
          [
            ...new Set(
              actions(ok(await send(pod, '/plan?prune=true', document))).map((line) => line.split(' ')[2]),
            ),
          ],
          ['none'],
        );
      await unchanged(first);
      const again = await run(['undo', ...where, '--yes']);
      assert.equal(again.status, 0, again.err);
      await unchanged(second);
      ok(await send(pod, '/apply?prune=true&force=true', documentOf(application, {})));
    });

    it('undoes an apply of several objects with new references, and undoes the undo', async () => {
      ok(
        await send(
          pod,
          '/apply',
          documentOf(application, { monitors: [loadOf(application), BOTH], dashboards: [BOARD] }),
        ),
      );
      const former = await get(application, 'monitor', 'load');
      ok(await send(pod, '/apply?prune=true&force=true', documentOf(application, { monitors: [] })));
      assert.equal(await get(application, 'monitor', 'load'), undefined);
      const undone = await run(['undo', ...where, '--yes']);
      assert.equal(undone.status, 0, undone.err);
      const load = await get(application, 'monitor', 'load');
      assert.notEqual(load.id, former.id);
      const both = await get(application, 'monitor', 'both');
      assert.equal(both.monitor.query, `${load.id} && !${load.id}`);
      const { dashboard } = await get(application, 'dashboard', 'overview');
      assert.equal(String(dashboard.widgets[0].definition.alert_id), load.id);
      const redone = await run(['undo', ...where, '--yes', '--force']);
      assert.equal(redone.status, 0, redone.err);
      for (const [kind, key] of [
        ['monitor', 'load'],
        ['monitor', 'both'],
        ['dashboard', 'overview'],
      ] as const)
        assert.equal(await get(application, kind, key), undefined, key);
    });
  });
