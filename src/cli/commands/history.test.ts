import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runCommand } from '../../../test/command-io.ts';
import { historyCommand } from './history.ts';

it('birddog history says that revisions may be missing, unless older ones are not shown', async () => {
  const until = '2026-01-02T00:00:00.000Z';
  const printed = async (more: Record<string, string>, ...args: string[]) => {
    const answer = {
      application: 'a',
      route: 'listed',
      revisions: [],
      missing_until: until,
      ...more,
      request_id: 'r',
    };
    const client = { url: new URL('http://127.0.0.1'), send: async () => answer, close: () => {} };
    const { out } = await runCommand(historyCommand, ['--application', 'a', ...args], {
      clientOf: () => client,
    });
    return out;
  };
  assert.match(
    await printed({}),
    /\nThe history was full: revisions until 2026-01-02T\S+ may be missing\.\n$/,
  );
  assert.match(await printed({ next_cursor: 'c' }), /\nOlder revisions are not shown; .*\n$/);
  assert.deepEqual(JSON.parse(await printed({}, '--json')), { revisions: [], missing_until: until });
});
