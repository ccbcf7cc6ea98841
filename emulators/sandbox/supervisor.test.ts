import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ProcessSpec } from './child.ts';
import { createSupervisor } from './supervisor.ts';

const { PATH } = process.env;
const script = (name: string, text: string, rest: Partial<ProcessSpec> = {}): ProcessSpec => ({
  name,
  command: '/bin/sh',
  args: ['-c', text],
  env: { PATH },
  ...rest,
});
/** Runs until its standard input ends or a signal comes. */
const SERVER = 'echo "ready http://$0"; cat >/dev/null';

function supervised(t: TestContext, patience = { readyWithin: 30_000, grace: 10_000 }) {
  const lines: string[] = [];
  const ends: string[] = [];
  let ended: (reason: string) => void = () => {};
  const end = new Promise<string>((resolve) => (ended = resolve));
  const supervisor = createSupervisor(
    (name, line) => lines.push(`${name}: ${line}`),
    (reason) => {
      ends.push(reason);
      ended(reason);
    },
    patience,
  );
  t.after(() => supervisor.stop());
  return { ...supervisor, lines, ends, end };
}

const isThere = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a process is ready when it says so, and what it said before is known', async (t) => {
  const { start, child, lines } = supervised(t);
  await start(
    script('server', 'echo starting up; echo ops http://ops; echo warning >&2; echo ready http://x; cat'),
  );
  assert.equal(child('server').said('ready'), 'http://x');
  assert.equal(child('server').said('ops'), 'http://ops');
  assert.throws(() => child('server').said('other'), /server did not print "other/);
  assert.throws(() => child('nobody'), /nobody has not been started/);
  assert.ok(lines.includes('server: starting up'));
  assert.ok(child('server').readyAfterMs() > 0);
});

test('a process that ends before it is ready is told with its last lines', async (t) => {
  const { start, ends } = supervised(t);
  const lines = 'for i in $(seq 30); do echo line $i; done; echo no key >&2; exit 78';
  await assert.rejects(start(script('server', lines)), (error) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, /^server ended with status 78\. Its last lines:\n/);
    assert.match(error.message, /no key/);
    assert.match(error.message, /line 30\b/);
    assert.doesNotMatch(error.message, /line 9\n/);
    return true;
  });
  assert.deepEqual(ends, [], 'it is told once');
});

test('a program that is not there is named', async (t) => {
  const { start } = supervised(t);
  const spec = { ...script('server', ''), command: '/nowhere/program' };
  await assert.rejects(start(spec), /server could not be started: .*\/nowhere\/program/);
});

test('a process that never says it is ready is given up', async (t) => {
  const { start } = supervised(t, { readyWithin: 100, grace: 10_000 });
  await assert.rejects(start(script('server', 'echo thinking; cat')), /server was not ready within 0.1 s/);
});

test('a process that is to end is done with status 0 and with no other', async (t) => {
  const { start, ends } = supervised(t);
  await start(script('init', 'exit 0', { once: true }));
  await assert.rejects(
    start(script('again', 'echo denied >&2; exit 3', { once: true })),
    /status 3.*\n +denied/,
  );
  assert.deepEqual(ends, []);
});

test('a process that ends though it should not is told', async (t) => {
  const { start, end } = supervised(t);
  const { pid = 0 } = await start(script('server', `echo bye; ${SERVER}`));
  process.kill(pid, 'SIGKILL');
  assert.match(await end, /^server was ended by SIGKILL\. Its last lines:\n  bye/);
});

test('what a process started ends with it', { timeout: 20_000 }, async (t) => {
  const { start, end } = supervised(t);
  const { pid = 0 } = await start(script('launcher', 'sleep 1000 & echo ready x; wait'));
  process.kill(pid, 'SIGKILL');
  // The sleeper holds the launcher's standard output, without whose end there is none.
  assert.match(await end, /launcher was ended by SIGKILL/);
});

test('stopping ends the last one first, and is no failure', async (t) => {
  const { start, stop, lines, ends } = supervised(t);
  const server = "trap '' TERM; echo ready x; cat; echo stopped";
  for (const name of ['first', 'second', 'third']) await start(script(name, server));
  await stop();
  assert.deepEqual(
    lines.filter((line) => line.endsWith('stopped')),
    ['third: stopped', 'second: stopped', 'first: stopped'],
  );
  assert.deepEqual(ends, []);
});

test('what does not stop is killed', async (t) => {
  const { start, stop } = supervised(t, { readyWithin: 30_000, grace: 50 });
  const { pid = 0 } = await start(script('deaf', "trap '' TERM; echo ready x; sleep 1000; sleep 1000"));
  await stop();
  assert.ok(!isThere(pid));
});

test('while all is being stopped, what was starting is stopped too, and nothing else is started', async (t) => {
  const { start, stop } = supervised(t);
  const starting = assert.rejects(start(script('slow', 'cat')), /slow/);
  const stopped = stop();
  await assert.rejects(start(script('late', SERVER)), /late is not started/);
  await Promise.all([starting, stopped]);
});
