import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { datadogRecipients } from './recipients.ts';

const USER = {
  id: 'u1',
  type: 'users',
  attributes: { handle: 'jane@example.com', email: 'jane@example.com' },
};
const LEFT = { id: 'u2', attributes: { handle: 'left@example.com', disabled: true } };
const SEED = {
  users: [USER, LEFT],
  teams: [{ id: 't1', type: 'team', attributes: { name: 'Shop', handle: 'shop' } }],
  slack_channels: [
    { id: 1, account: 'Main', name: 'orders' },
    { id: 2, account: 'Other one', name: 'ops' },
  ],
  opsgenie_services: [{ id: 'o1', attributes: { name: 'Checkout' } }],
  ms_teams_handles: [{ id: 'm1', attributes: { name: 'shop-alerts' } }],
};

function start(seed: Parameters<ReturnType<typeof emulatedDatadog>['seed']>[0] = SEED) {
  const world = emulatedDatadog();
  world.seed(seed);
  const recipients = datadogRecipients(world.datadog.request, world.clock);
  const states = async (...handles: string[]) => {
    const known = await recipients.known(world.context());
    return handles.map((handle) => known?.stateOf(handle));
  };
  return { ...world, recipients, states };
}

describe('the recipients that Datadog lists', () => {
  it('are users, teams, Slack channels, Opsgenie services and channels of Microsoft Teams', async () => {
    const { states } = start();
    const handles = [
      'jane@example.com',
      'shop',
      'team-shop',
      'oncall-shop',
      'slack-orders',
      'slack-Main-orders',
      'slack-ops',
      'opsgenie-Checkout',
      'teams-shop-alerts',
    ];
    assert.deepEqual(
      await states(...handles),
      handles.map(() => 'known'),
    );
    const gone = ['team-gone', 'gone', 'slack-gone', 'opsgenie-gone', 'oncall-gone'];
    assert.deepEqual(
      await states(...gone),
      gone.map(() => 'unknown'),
    );
    assert.deepEqual(
      await states('left@example.com', 'teams-legacy', 'pagerduty-x', 'webhook-x', 'workflow-x'),
      ['undecided', 'undecided', 'undecided', 'undecided', 'undecided'],
      'Datadog has no complete list of these',
    );
  });

  it('are read from all pages, again after ten minutes, and once for concurrent plans', async () => {
    const teams = Array.from({ length: 250 }, (_, at) => ({
      id: `t${at}`,
      attributes: { name: `n${at}`, handle: `team${at}` },
    }));
    const { states, taken, clock, seed } = start({ teams });
    assert.deepEqual(await Promise.all([states('team249'), states('team250')]), [['known'], ['unknown']]);
    const calls = taken().filter(({ call }) => call === 'GET /api/v2/team');
    assert.equal(calls.length, 3);
    assert.equal((await states('team0'))[0], 'known');
    assert.deepEqual(taken(), []);
    seed({ teams: [{ id: 'new', attributes: { name: 'new', handle: 'team250' } }] });
    clock.advance(600_001);
    assert.equal((await states('team250'))[0], 'unknown', 'a plan does not wait for a new reading');
    for (let tries = 0; tries < 1000 && (await states('team250'))[0] !== 'known'; tries += 1);
    assert.equal((await states('team250'))[0], 'known');
  });

  it('of a kind that cannot be read are not decided, and the missing permission is named', async () => {
    const { states, recipients, fail, clock, taken } = start();
    assert.deepEqual(recipients.status(), { size: undefined, faults: [] });
    fail('/api/v2/team', 403);
    fail('/api/v1/integration/slack', 403);
    fail('/api/v2/integration/opsgenie/services', 403);
    assert.deepEqual(await states('shop', 'team-x', 'slack-x', 'opsgenie-x', 'jane@example.com'), [
      'undecided',
      'undecided',
      'undecided',
      'undecided',
      'known',
    ]);
    assert.deepEqual(recipients.status().faults, [
      'teams cannot be read (needs the permission teams_read)',
      'Slack channels cannot be read (needs the permission integrations_read)',
      'Opsgenie services cannot be read (needs the permission integrations_read)',
    ]);
    taken();
    clock.advance(60_001);
    for (let tries = 0; tries < 1000 && (await states('team-x'))[0] !== 'unknown'; tries += 1);
    assert.deepEqual(recipients.status().faults, []);
    const again = taken().map(({ call }) => call);
    assert.ok(again.includes('GET /api/v2/team') && !again.includes('GET /api/v2/users'), String(again));
  });

  it('without a prefix are decided only if users and teams can be read', async () => {
    assert.deepEqual(await start().states('jane', 'all'), ['unknown', 'known']);
    const { states, fail } = start();
    fail('/api/v2/users', 403);
    assert.deepEqual(await states('jane', 'shop', 'team-x'), ['undecided', 'known', 'unknown']);
  });

  it('stay in use while a list cannot be read again', async () => {
    const { states, recipients, fail, clock } = start();
    assert.deepEqual(await states('slack-orders'), ['known']);
    clock.advance(600_001);
    fail('/api/v1/integration/slack', 403);
    for (let tries = 0; tries < 1000 && recipients.status().faults.length === 0; tries += 1)
      await states('slack-orders');
    assert.deepEqual(await states('slack-orders', 'slack-gone'), ['known', 'unknown']);
  });

  it('of Slack are not decided without the integration, or if a channel cannot be written as a handle', async () => {
    const { slack_channels: _, ...others } = SEED;
    assert.deepEqual(await start(others).states('slack-x'), ['undecided']);
    const odd = { ...SEED, slack_channels: [{ id: 1, account: 'Main', name: 'büro' }] };
    assert.deepEqual(await start(odd).states('slack-x'), ['undecided']);
  });

  it('of Slack are not decided if the channels of a workspace are unknown, or there are too many workspaces', async () => {
    const { states, fail } = start();
    fail('/api/v1/integration/slack/configuration/accounts/Main/channels', 404);
    assert.deepEqual(await states('slack-ops', 'slack-x'), ['known', 'undecided']);
    const channels = Array.from({ length: 21 }, (_, n) => ({ id: n + 1, account: `a${n}`, name: `c${n}` }));
    assert.deepEqual(await start({ slack_channels: channels }).states('slack-c19', 'slack-x'), [
      'known',
      'undecided',
    ]);
  });

  it('of a list with more than 50 pages are not decided', async () => {
    const teams = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        id: `t${at}`,
        attributes: { name: `n${at}`, handle: `t${at}` },
      }));
    assert.deepEqual(await start({ teams: teams(4999) }).states('team-t4998', 'team-x'), [
      'known',
      'unknown',
    ]);
    assert.deepEqual(await start({ teams: teams(5001) }).states('team-t4998', 'team-x'), [
      'known',
      'undecided',
    ]);
  });

  it('do not delay a plan beyond a quarter of its remaining time', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const world = emulatedDatadog({ beforeEach: () => held });
    const recipients = datadogRecipients(world.datadog.request, world.clock);
    assert.equal(await recipients.known(world.context(40)), undefined);
    release();
    for (let tries = 0; tries < 1000 && recipients.status().size === undefined; tries += 1)
      await recipients.known(world.context(1000));
    assert.equal(recipients.status().size, 1);
  });
});
