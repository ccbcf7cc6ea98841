import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isObject, parseTrustedJson } from '../../src/domain/json.ts';
import { ROOT } from './birddog-command.ts';
import { datadog } from './document-client.ts';
import { type InstalledPackage, installPackage, NODE_20, ON_NODE_20 } from './installed-package.ts';
import { type Pod, startPod } from './pod.ts';

let birddog: InstalledPackage;
let pod: Pod;
let folder: string;
before(async () => {
  [pod, birddog] = await Promise.all([startPod({ limits: false }), installPackage()]);
  folder = join(birddog.work, 'team');
  mkdirSync(folder);
});
after(async () => {
  await pod.stop();
  birddog.remove();
});

/** Runs the installed command. */
const run = (...args: string[]) => birddog.run(folder, NODE_20, args, { BIRDDOG_URL: pod.birddogUrl });

/** Runs the installed command, and expects an exit status and an empty standard error. Returns standard output. */
async function runs(expected: number, ...args: string[]): Promise<string> {
  const { status, out, err } = await run(...args);
  assert.deepEqual([status, err], [expected, ''], `birddog ${args.join(' ')}\n${out}`);
  return out;
}

const APPLICATION = ['--application', 'orders'];
const FILE = 'orders.yaml';
const write = (text: string) => writeFileSync(join(folder, FILE), text);
const read = (name = FILE) => readFileSync(join(folder, name), 'utf8');
const edit = (from: string, to: string) => {
  assert.ok(read().includes(from), from);
  write(read().replace(from, to));
};
/** Returns the id in Datadog of each object of the plan by its key. */
async function ids(): Promise<Map<string, string>> {
  const { out } = await run('plan', '--json', FILE);
  const objects: { key: string; id: string | number }[] = JSON.parse(out).documents[0].objects;
  return new Map(objects.map(({ key, id }) => [key, String(id)]));
}

/** The entry of docs/alerts.md as a reader changes it: its key, title and metric. */
function alertsLikeTheExample(count: number): string {
  const page = readFileSync(join(ROOT, 'docs/alerts.md'), 'utf8');
  const entry = /^alerts:\n( {2}- key: queue-backlog\n.*?)^```$/ms.exec(page)?.[1] ?? '';
  assert.match(entry, /title: Orders queue is backing up\n/);
  return Array.from({ length: count }, (_, at) =>
    entry
      .replace('queue-backlog', `queue-${at + 1}`)
      .replace('Orders queue', `Orders queue ${at + 1}`)
      .replace('rabbitmq.queue.messages', `orders.queue.messages${at + 1}`),
  ).join('');
}

describe('a newcomer with the npm package on Node.js 20', ON_NODE_20, () => {
  it('writes ten alerts and a dashboard, lints them, and has the plan reviewed before it is applied', async () => {
    write(`apiVersion: birddog/v1
application: orders
team: shop
alerts:
${alertsLikeTheExample(10)}dashboards:
  - key: overview
    title: Orders
    layout_type: ordered
    widgets:
      - definition: {type: alert_value, alert_id: "\${monitor:queue-1}"}
`);
    // The infos say that recipients of alerts with "warn" are now notified of warnings.
    assert.equal(
      await runs(0, 'lint', '--strict', FILE),
      '1 file, no findings; 10 infos not shown (pass --all-findings)\n',
    );
    const saved = await runs(2, 'plan', '--out', 'plan.json', FILE);
    assert.match(saved, /^ {2}11 to create\.$/m);
    assert.match(saved, /^Saved to plan\.json\. Apply it with: birddog apply plan\.json$/m);
    const review = await runs(2, 'plan', '--markdown', FILE);
    assert.match(review, /^## <code>orders<\/code>: 11 to create$/m);
    assert.equal(review.match(/^\| new \| .*slack-orders.*$/gm)?.length, 10, 'it says who is notified');
    const applied = await runs(0, 'apply', 'plan.json');
    assert.equal(applied.match(/^ {2}created alert queue-\d+ http/gm)?.length, 10);
    assert.match(applied, /^ {2}created dashboard overview http[^]*^ {2}Done\.$/m);
    assert.match(
      await runs(0, 'apply', 'plan.json'),
      /^Nothing left to do: everything in this plan is done\.$/m,
    );
    assert.match(await runs(0, 'plan', FILE), /^ {2}No changes\. 11 objects match\.$/m);
  });

  it('renames a key, and every object keeps its id', async () => {
    const earlier = await ids();
    edit('key: queue-2\n', 'key: backlog\n    renamed_from: queue-2\n');
    assert.match(
      await runs(2, 'plan', '--out', 'plan.json', FILE),
      /^ {2}> alert backlog {2}renamed from queue-2; the id stays http.*\n(?: {2}.* not shown .*\n)? {2}1 to rename; 10 unchanged\.$/m,
    );
    assert.match(await runs(0, 'apply', 'plan.json'), /^ {2}renamed alert backlog http/m);
    const later = await ids();
    assert.equal(later.get('backlog'), earlier.get('queue-2'));
    assert.deepEqual([...later.values()].sort(), [...earlier.values()].sort());
    assert.match(
      await runs(0, 'history', ...APPLICATION, 'backlog'),
      /rename monitor backlog .*from queue-2[^]*create /,
    );
  });

  it('sees who changed an alert in Datadog, and reverts it', async () => {
    const path = `/api/v1/monitor/${(await ids()).get('queue-3')}`;
    const { message } = await datadog(pod, 'GET', path);
    await datadog(pod, 'PUT', path, { message: 'Muted by hand @slack-b' });
    const drift = await runs(2, 'drift', FILE);
    assert.match(drift, /^ {2}~ alert queue-3 {2}changed by sandbox@example\.com on .*\n {6}~ message:$/m);
    const refused = await run('drift', '--revert', FILE);
    assert.deepEqual(
      [refused.status, refused.err],
      [1, 'birddog drift: Not a terminal: pass --yes to revert without confirmation.\n'],
    );
    assert.match(await runs(0, 'drift', '--revert', '--yes', FILE), /^ {2}updated alert queue-3 http/m);
    assert.equal((await datadog(pod, 'GET', path))['message'], message);
    assert.match(await runs(0, 'drift', FILE), /^ {2}No drift: nothing was changed in Datadog\.$/m);
  });

  it('applies one of two edits with --only, undoes it, and deletes with --prune', async () => {
    edit('key: queue-5\n    title: Orders queue 5 is', 'key: queue-5\n    title: Queue five is');
    edit('key: queue-6\n    title: Orders queue 6 is', 'key: queue-6\n    title: Queue six is');
    const wrong = await run('plan', '--only', 'queue-55', FILE);
    assert.equal(wrong.status, 64);
    assert.match(
      wrong.err,
      /"queue-55" is not a key of the documents\. Did you mean queue-5\?\n\nusage: .*\nRun "birddog plan --help" .*\n$/,
    );
    const one = await runs(0, 'apply', '--yes', '--only', 'queue-5', FILE);
    assert.match(one, /^ {2}updated alert queue-5 http/m);
    assert.doesNotMatch(one, /queue-6/);
    const undone = await runs(0, 'undo', '--yes', ...APPLICATION);
    assert.match(
      undone,
      /name: "Queue five is .*" → "Orders queue 5 is .*"[^]*^ {2}updated monitor queue-5 http/m,
    );
    assert.match(await runs(2, 'plan', FILE), /^ {2}2 to update; 9 unchanged\.$/m);
    write(read().replace(/^ {2}- key: queue-10\n.*?(?=^dashboards:)/ms, ''));
    assert.match(await runs(0, 'apply', '--yes', FILE), /\? alert queue-10 .*pass --prune to delete it/);
    assert.match(await runs(0, 'apply', '--yes', '--prune', FILE), /^ {2}deleted alert queue-10 id \d+$/m);
  });

  it('imports what it has into a new file, whose plan shows no changes', async () => {
    const { status, err } = await run('import', ...APPLICATION, '--output', 'imported.yaml');
    assert.equal(status, 0, err);
    assert.match(err, /^9 alerts, .*1 dashboard of orders written to imported\.yaml$/m);
    assert.match(read('imported.yaml'), /key: backlog\n/);
    assert.match(await runs(0, 'plan', 'imported.yaml'), /^ {2}No changes\. 10 objects match\.$/m);
  });

  it('has a schema of documents for the editor, and a Birddog that is healthy', async () => {
    const own = join(birddog.work, 'installed/lib/node_modules/birddog/docs/schema.json');
    const schema = parseTrustedJson(readFileSync(own, 'utf8'));
    assert.ok(isObject(schema) && schema['$schema'] !== undefined);
    assert.match(await runs(0, 'check'), /^Everything is healthy /m);
  });
});
