import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/domain/json.ts';
import { birddog, folderWith } from './birddog-command.ts';
import { type CallersPod, startCallersPod, tokensFile } from './callers-pod.ts';
import { documentOf, MONITOR, ok } from './document-client.ts';
import { type Answer, control } from './pod.ts';

const token = () => `birddog_${randomBytes(32).toString('base64url')}`;
const ONE = { name: 'one', token: token(), groups: ['one'], days: 30 };
const BOTH = { name: 'both', token: token(), groups: ['one', 'both'], days: 30 };
const ACCESS = `
rules:
  - {groups: [one], applications: ['rename-*'], may: [write, adopt]}
  - {groups: [one], applications: [taken], may: [read]}
  - {groups: [both], applications: [taken, checkout], may: [write]}
`;

let at: CallersPod;
before(async () => {
  at = await startCallersPod(ACCESS, tokensFile([ONE, BOTH]));
});
after(() => at.stop());

const apply = (document: JsonObject, by = BOTH, query = ''): Promise<Answer> =>
  at.ask(by.token, 'POST', `/apply${query}`, document);
const plan = async (document: JsonObject) => ok(await at.ask(BOTH.token, 'POST', '/plan', document));
const faults = (...list: object[]) => control(at.pod.datadogUrl, 'POST', 'faults', list);
/** Returns a monitor whose content does not depend on its key. */
const monitor = (application: string, key: string, more: JsonObject = {}): JsonObject => ({
  ...MONITOR,
  key,
  query: `avg(last_5m):avg:system.load.1{service:${application}} > 2`,
  ...more,
});
const document = (application: string, ...monitors: JsonObject[]) => documentOf(application, { monitors });

/** Creates the monitor `a` of an application. Returns its id. */
async function created(application: string): Promise<string> {
  const { done } = ok(await apply(document(application, monitor(application, 'a'))));
  return done[0].id;
}

/** Returns `id marker` of each monitor in Datadog with this content. */
async function held(application: string): Promise<string[]> {
  const answer = await fetch(`${at.pod.datadogUrl}/api/v1/monitor`, {
    headers: { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key' },
  });
  const objects: JsonObject[] = JSON.parse(await answer.text());
  return objects
    .filter(({ query }) => String(query).includes(`service:${application}}`))
    .map(({ id, tags }) => `${String(id)} ${String(JSON.stringify(tags).match(/birddog_key:([^"]*)/)?.[1])}`);
}

describe('a rename over real processes', () => {
  it('needs the permission for both applications, and keeps the id', async () => {
    const id = await created('taken');
    const moving = document('rename-into', monitor('taken', 'b', { renamed_from: 'taken/a' }));
    const refused = await apply(moving, ONE);
    assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'], refused.text);
    assert.match(refused.body.detail, /may not write the application "taken"/);
    assert.deepEqual(await held('taken'), [`${id} taken/a`]);
    const planned = await plan(moving);
    assert.deepEqual([planned.objects[0].action, planned.objects[0].renamed_from], ['rename', 'taken/a']);
    ok(await apply(moving, BOTH, `?basis=${planned.basis}`));
    assert.deepEqual(await held('taken'), [`${id} rename-into/b`]);
    const again = await plan(moving);
    assert.deepEqual([again.objects[0].action, again.findings[0].code], ['none', 'rename_done']);
  });

  it('between the containers is 409 with SQLite, and writes nothing', async () => {
    const id = await created('checkout');
    const moving = document('rename-across', monitor('checkout', 'b', { renamed_from: 'checkout/a' }));
    const refused = await apply(moving);
    assert.deepEqual([refused.status, refused.body.code], [409, 'rename_across_routes'], refused.text);
    assert.match(refused.body.detail, /with SQLite each container has its own ledger/);
    assert.deepEqual(await held('checkout'), [`${id} checkout/a`]);
  });

  it('whose answer is lost is done once, with later requests for either key', async () => {
    for (const fault of [{ kind: 'reset_after' }, { kind: 'late', ms: 1500 }]) {
      const application = `rename-lost-${fault.kind.replace('_', '-')}`;
      const id = await created(application);
      await faults({ method: 'PUT', path: `^/api/v1/monitor/${id}$`, times: 1, ...fault });
      const renaming = document(application, monitor(application, 'b', { renamed_from: 'a' }));
      const [first, second] = await Promise.all([
        apply(renaming),
        apply(document(application, monitor(application, 'a', { message: 'changed' }))),
      ]);
      // One after the other: the document of the old key then finds it free, or the rename finds it changed.
      const renamed = first.status === 200;
      assert.deepEqual(
        [first.status, second.status].filter((status) => status !== 200 && status !== 409),
        [],
      );
      assert.ok(renamed || second.status === 200, `${first.text} ${second.text}`);
      const [one, ...others] = await held(application);
      assert.equal(one, `${id} ${application}/${renamed ? 'b' : 'a'}`);
      assert.equal(others.length, renamed && second.status === 200 ? 1 : 0);
    }
  });

  it('of one key by three documents at once gives it one key, and doubles nothing', async () => {
    const id = await created('rename-race');
    const answers = await Promise.all([
      apply(document('rename-race', monitor('rename-race', 'b', { renamed_from: 'a' }))),
      apply(document('rename-race', monitor('rename-race', 'c', { renamed_from: 'a' }))),
      apply(document('rename-race-two', monitor('rename-race', 'd', { renamed_from: 'rename-race/a' }))),
    ]);
    const found = await held('rename-race');
    assert.equal(found.length, 1, found.join());
    assert.ok(found[0]?.startsWith(`${id} `));
    assert.equal(
      answers.filter(({ status }) => status === 200).length,
      1,
      answers.map(({ text }) => text).join(),
    );
  });

  it('is one line of birddog plan', async (t) => {
    const id = await created('rename-cli');
    const text = JSON.stringify(document('rename-cli', monitor('rename-cli', 'b', { renamed_from: 'a' })));
    const folder = folderWith(t, { 'r.json': text });
    const env = { BIRDDOG_URL: at.pod.birddogUrl, BIRDDOG_TOKEN: BOTH.token };
    const planned = await birddog(folder, ['plan', 'r.json'], { env });
    assert.match(
      planned.out,
      /^ {2}> monitor b {2}renamed from a; the id stays http\S+\n {2}1 to rename\.$/m,
    );
    const applied = await birddog(folder, ['apply', '--yes', '--prune', 'r.json'], { env });
    assert.deepEqual([applied.status, applied.err], [0, '']);
    assert.match(applied.out, new RegExp(`renamed monitor b http\\S+/${id}`));
    assert.equal((await birddog(folder, ['plan', 'r.json'], { env })).status, 0);
  });
});
