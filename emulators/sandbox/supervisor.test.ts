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
/** Runs until its standard input closes or it gets a signal. */
const SERVER = 'echo "ready http://$0"; cat >/dev/null';

function supervised(t: TestContext, timeouts = { readyMs: 30_000, stopMs: 10_000 }) {
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
    timeouts,
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

test('resolves when a process prints ready, and returns what it printed before', async (t) => {
  const { start, child, lines } = supervised(t);
  await start(
    script('server', 'echo starting up; echo ops http://ops; echo warning >&2; echo ready http://x; cat'),
  );
  assert.equal(child('server').announced('ready'), 'http://x');
  assert.equal(child('server').announced('ops'), 'http://ops');
  assert.throws(() => child('server').announced('other'), /server did not print "other/);
  assert.throws(() => child('nobody'), /nobody has not been started/);
  assert.ok(lines.includes('server: starting up'));
  assert.ok(child('server').readyAfterMs() > 0);
});

test('reports a process that ends before it is ready, with its last lines', async (t) => {
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
  assert.deepEqual(ends, [], 'it is reported once');
});

test('names a program that does not exist', async (t) => {
  const { start } = supervised(t);
  const spec = { ...script('server', ''), command: '/nowhere/program' };
  await assert.rejects(start(spec), /server could not be started: .*\/nowhere\/program/);
});

test('rejects when a process is not ready in time', async (t) => {
  const { start } = supervised(t, { readyMs: 100, stopMs: 10_000 });
  await assert.rejects(start(script('server', 'echo thinking; cat')), /server was not ready within 0.1 s/);
});

test('accepts only status 0 from a process that ends by itself', async (t) => {
  const { start, ends } = supervised(t);
  await start(script('init', 'exit 0', { once: true }));
  await assert.rejects(
    start(script('again', 'echo denied >&2; exit 3', { once: true })),
    /status 3.*\n +denied/,
  );
  assert.deepEqual(ends, []);
});

test('reports a process that ends unexpectedly', async (t) => {
  const { start, end } = supervised(t);
  const { pid = 0 } = await start(script('server', `echo bye; ${SERVER}`));
  process.kill(pid, 'SIGKILL');
  assert.match(await end, /^server was ended by SIGKILL\. Its last lines:\n  bye/);
});

test('kills the descendants of a process that ends', { timeout: 120_000 }, async (t) => {
  const { start, end } = supervised(t);
  const { pid = 0 } = await start(script('launcher', 'sleep 1000 & echo ready x; wait'));
  process.kill(pid, 'SIGKILL');
  // The sleep keeps the launcher's standard output open: `end` resolves only if the sleep is killed too.
  assert.match(await end, /launcher was ended by SIGKILL/);
});

test('stops the last process first, without reporting a failure', async (t) => {
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

test('kills a process that does not stop in time', async (t) => {
  const { start, stop } = supervised(t, { readyMs: 30_000, stopMs: 50 });
  const { pid = 0 } = await start(script('deaf', "trap '' TERM; echo ready x; sleep 1000; sleep 1000"));
  await stop();
  assert.ok(!isThere(pid));
});

test('stops a starting process too while it is stopping, and starts no other', async (t) => {
  const { start, stop } = supervised(t);
  const starting = assert.rejects(start(script('slow', 'cat')), /slow/);
  const stopped = stop();
  await assert.rejects(start(script('late', SERVER)), /late is not started/);
  await Promise.all([starting, stopped]);
});
