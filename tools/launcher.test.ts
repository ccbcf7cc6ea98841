import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { COMMANDS } from '../src/cli/commands.ts';
import { PROGRAMS } from '../src/cli/programs.ts';
import { scratchTree } from './scratch-tree.ts';

const LAUNCHER = readFileSync(join(import.meta.dirname, '../bin/birddog'), 'utf8');

/** Creates a separate installation: the launcher, fakes of what it starts, and programs on its PATH. */
function installation(t: TestContext, files: Record<string, string>) {
  const node = `#!/bin/sh\nexec ${process.execPath} "$@"\n`;
  return scratchTree(t, { 'bin/birddog': LAUNCHER, 'path/node': node, ...files });
}

interface Run {
  child: ChildProcess;
  /** The exit status, with all that was written to standard output and standard error. */
  ended: Promise<{ status: number | null; out: string; err: string }>;
  /** Resolves when standard output or error contains `text`. */
  said(text: string): Promise<void>;
}

function birddog(t: TestContext, root: string, args: string[], env: Record<string, string> = {}): Run {
  return start(t, root, join(root, 'bin/birddog'), args, env);
}

function start(
  t: TestContext,
  root: string,
  program: string,
  args: string[],
  env: Record<string, string>,
): Run {
  const child = spawn(program, args, {
    env: { PATH: `${join(root, 'path')}:/usr/bin:/bin`, ROOT: root, ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ status: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (status) => resolve({ status, out, err }));
  });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => (out + err).includes(text) && resolve();
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.on('close', () => reject(new Error(`ended without saying ${text}: ${out}${err}`)));
      look();
    });
  return { child, ended, said };
}

/** Exits with the given statuses, one per run, then with 0. */
const FAILING = (...statuses: number[]) => `
  import { appendFileSync, readFileSync } from 'node:fs';
  appendFileSync(process.env.ROOT + '/runs', 'run\\n');
  const runs = readFileSync(process.env.ROOT + '/runs', 'utf8').trim().split('\\n').length;
  process.exit(${JSON.stringify(statuses)}[runs - 1] ?? 0);
`;
const runs = (root: string) => readFileSync(join(root, 'runs'), 'utf8').split('\n').length - 1;
const delays = (err: string) => [...err.matchAll(/"delay_ms":(\d+)/g)].map((match) => Number(match[1]));
const NO_SLEEP = '#!/bin/sh\nexit 0\n';

const ECHO = `console.log(JSON.stringify(process.argv.slice(2)))`;

test('passes every command but the programs, and all that starts nothing, to the CLI', async (t) => {
  const program = `throw new Error('started')`;
  const root = installation(t, {
    'src/cli/index.ts': ECHO,
    ...Object.fromEntries(
      ['src/main', 'src/sidecar', 'src/init', 'emulators/sandbox'].map((folder) => [
        `${folder}/index.ts`,
        program,
      ]),
    ),
  });
  const lines = [
    ...COMMANDS.map(({ name }) => [name, '--x']),
    ...PROGRAMS.flatMap(({ name }) => [
      [name, '--help'],
      [name, '-h'],
      [name, '--wach'],
      [name, 'a b'],
    ]),
    ['init', '--watch', '--help'],
    ['--help'],
    ['--version'],
    ['aply'],
  ];
  for (const args of lines)
    assert.deepEqual(await birddog(t, root, args).ended, {
      status: 0,
      out: `${JSON.stringify(args)}\n`,
      err: '',
    });
  assert.equal((await birddog(t, root, []).ended).out, '[""]\n');
});

test('rejects a Node that is too old, naming the required version and the one found', async (t) => {
  const root = installation(t, { 'path/node': '#!/bin/sh\necho v20.20.2\n', 'dist/serve.js': '' });
  const { status, err } = await birddog(t, root, ['serve']).ended;
  assert.equal(status, 69);
  assert.match(err, /Node.js 24 or later is required; found v20.20.2 at .*path\/node/);
});

test('prefers the Node that npm installed to an older one on the PATH', async (t) => {
  const root = installation(t, {
    'path/node': '#!/bin/sh\necho v20.20.2\n',
    'node_modules/.bin/node': `#!/bin/sh\nexec ${process.execPath} "$@"\n`,
    'dist/serve.js': `console.log('served')`,
  });
  assert.equal((await birddog(t, root, ['serve']).ended).out, 'served\n');
});

test('runs the sources in a checkout, or its bundles on request; runs bundles in an image', async (t) => {
  const bundle = { 'dist/serve.js': `console.log('bundle', process.env.NODE_COMPILE_CACHE ?? 'uncached')` };
  const checkout = installation(t, { ...bundle, 'src/main/index.ts': `console.log('source')` });
  const image = installation(t, { ...bundle, 'dist/compile-cache/.keep': '' });
  assert.equal((await birddog(t, checkout, ['serve']).ended).out, 'source\n');
  const asked = birddog(t, checkout, ['serve'], { BIRDDOG_BUNDLES: 'true' });
  assert.equal((await asked.ended).out, 'bundle uncached\n');
  assert.equal((await birddog(t, image, ['serve']).ended).out, `bundle ${image}/dist/compile-cache\n`);
});

test('runs lint with its arguments and standard input, and exits with its status', async (t) => {
  const program = `
    const { argv, execArgv, stdin } = process;
    console.log(argv.slice(2).join(' '), execArgv.includes('--max-semi-space-size=8'));
    stdin.pipe(process.stdout);
    process.exitCode = 1;`;
  for (const root of [
    installation(t, { 'src/cli/index.ts': program }),
    installation(t, { 'dist/cli.js': program }),
  ]) {
    const run = birddog(t, root, ['lint', '--fix', 'a b']);
    run.child.stdin?.end('typed');
    assert.deepEqual(await run.ended, { status: 1, out: 'lint --fix a b false\ntyped', err: '' });
  }
});

test('uses a compile cache that another user created', async (t) => {
  const root = installation(t, {
    'path/id': '#!/bin/sh\necho 4711\n',
    'dist/compile-cache/v24.0.0-x64-abc-0/entry': 'made',
    'dist/serve.js': `
      import { readFileSync } from 'node:fs';
      console.log(readFileSync(process.env.NODE_COMPILE_CACHE + '/v24.0.0-x64-abc-4711/entry', 'utf8'));`,
  });
  const run = birddog(t, root, ['serve'], { TMPDIR: root });
  assert.deepEqual(await run.ended, { status: 0, out: 'made\n', err: '' });
});

test('names a missing bundle or an unknown command', async (t) => {
  const root = installation(t, { 'src/main/index.ts': '' });
  const { status, err } = await birddog(t, root, ['serve'], { BIRDDOG_BUNDLES: 'true' }).ended;
  assert.equal(status, 69);
  assert.match(err, /dist\/serve.js does not exist. Run npm run build/);
  assert.match((await birddog(t, root, ['sandbox']).ended).err, /sandbox is not part of this installation/);
});

for (const [command, ...args] of [['init', '--watch', '--certificates'], ['sidecar']] as const) {
  test(`${command} gets its arguments, standard input and a small young generation`, async (t) => {
    const root = installation(t, {
      [`dist/${command}.js`]: `
        const { argv, execArgv, stdin } = process;
        console.log(argv.slice(2).join(' '), execArgv.includes('--max-semi-space-size=8'));
        stdin.pipe(process.stdout);`,
    });
    const run = birddog(t, root, [command, ...args]);
    run.child.stdin?.end('typed');
    const { status, out } = await run.ended;
    assert.equal(out, `${args.join(' ')} true\ntyped`);
    assert.equal(status, 0);
  });
}

test('restarts a failing sidecar with doubling delays, and exits when it succeeds', async (t) => {
  const root = installation(t, {
    'path/sleep': NO_SLEEP,
    'dist/sidecar.js': FAILING(1, 69, 1, 1, 1, 1, 1),
  });
  const { status, err } = await birddog(t, root, ['sidecar']).ended;
  assert.equal(status, 0);
  assert.equal(runs(root), 8);
  assert.deepEqual(delays(err), [200, 400, 800, 1600, 3200, 5000, 5000]);
});

for (const stopWithStdin of ['true', 'false']) {
  test(`restarts a sidecar that is killed (STOP_WITH_STDIN=${stopWithStdin})`, async (t) => {
    const root = installation(t, {
      'dist/sidecar.js': `
        import { existsSync, writeFileSync } from 'node:fs';
        const again = process.env.ROOT + '/again';
        if (existsSync(again)) {
          console.log('back');
          process.exit(0);
        }
        writeFileSync(again, '');
        process.stdin.resume();
        setImmediate(() => process.kill(process.pid, 'SIGKILL'));`,
    });
    const run = birddog(t, root, ['sidecar'], { STOP_WITH_STDIN: stopWithStdin });
    const { status, out, err } = await run.ended;
    assert.deepEqual([status, out], [0, 'back\n'], err);
    assert.match(err, /"status":137,"delay_ms":200/);
  });
}

test('retries after invalid settings with the longest delay, to keep the pod alive', async (t) => {
  const root = installation(t, { 'path/sleep': NO_SLEEP, 'dist/sidecar.js': FAILING(78, 78) });
  const { status, err } = await birddog(t, root, ['sidecar']).ended;
  assert.equal(status, 0);
  assert.deepEqual(delays(err), [5000, 5000]);
});

test('restarts a sidecar whose watchdog never gets the TERM that stops it', async (t) => {
  const root = installation(t, { 'path/sleep': NO_SLEEP, 'dist/sidecar.js': FAILING(78) });
  const ignoring = `trap '' TERM; exec "$ROOT/bin/birddog" sidecar`;
  const { status, err } = await start(t, root, '/bin/sh', ['-c', ignoring], {}).ended;
  assert.deepEqual([status, runs(root), delays(err)], [0, 2, [5000]]);
});

test('resets the delay after the sidecar has run for 30 s', async (t) => {
  const seconds = [0, 1, 2, 3, 10, 40];
  const root = installation(t, {
    'path/sleep': NO_SLEEP,
    'path/date': `#!/bin/sh
      [ "$1" = -u ] && { echo now; exit; }
      set -- ${seconds.join(' ')}
      echo >>"$ROOT/asked"
      shift $(($(wc -l <"$ROOT/asked") - 1))
      echo "\${1-99}"\n`,
    'dist/sidecar.js': FAILING(1, 1, 1),
  });
  assert.deepEqual(delays((await birddog(t, root, ['sidecar']).ended).err), [200, 400, 200]);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} is passed on, and the launcher waits for the sidecar and ends with its status`, async (t) => {
    const root = installation(t, {
      'dist/sidecar.js': `
        process.on('SIGTERM', () => setImmediate(() => { console.log('stopping'); process.exit(7); }));
        setInterval(() => {}, 1000);
        console.log('up');`,
    });
    const run = birddog(t, root, ['sidecar']);
    await run.said('up');
    run.child.kill(signal);
    assert.deepEqual(await run.ended, { status: 7, out: 'up\nstopping\n', err: '' });
  });
}

test('SIGTERM is passed on for the first SIGINT, and SIGINT for the next', async (t) => {
  const root = installation(t, {
    'dist/serve.js': `
      process.on('SIGTERM', () => console.log('stopping'));
      process.on('SIGINT', () => process.exit(1));
      setInterval(() => {}, 1000);
      console.log('up');`,
  });
  const run = birddog(t, root, ['serve']);
  await run.said('up');
  run.child.kill('SIGINT');
  await run.said('stopping');
  run.child.kill('SIGINT');
  assert.deepEqual(await run.ended, { status: 1, out: 'up\nstopping\n', err: '' });
});

/** Prints that it sleeps, then sleeps. */
const SAID_SLEEP = '#!/bin/sh\necho resting >&2\nexec /bin/sleep 1\n';

test('exits on TERM between two starts without another start', async (t) => {
  const root = installation(t, { 'path/sleep': SAID_SLEEP, 'dist/sidecar.js': FAILING(78) });
  const run = birddog(t, root, ['sidecar']);
  await run.said('resting');
  run.child.kill('SIGTERM');
  assert.equal((await run.ended).status, 0);
  assert.equal(runs(root), 1);
});

test('exits between two starts when its parent was killed, if it stops on the end of stdin', async (t) => {
  const root = installation(t, { 'path/sleep': SAID_SLEEP, 'dist/sidecar.js': FAILING(78, 78, 78) });
  const parent = '"$ROOT/bin/birddog" sidecar & exec /bin/sleep 60';
  const run = start(t, root, '/bin/sh', ['-c', parent], { STOP_WITH_STDIN: 'true' });
  await run.said('resting');
  run.child.kill('SIGKILL');
  await run.ended;
  assert.equal(runs(root), 1);
});

test('restarts init --watch in place, but not a run-once init', async (t) => {
  const files = { 'dist/init.js': FAILING(1, 1), 'path/sleep': NO_SLEEP };
  for (const args of [['--watch'], ['--certificates', '--watch']]) {
    const root = installation(t, files);
    const { status, err } = await birddog(t, root, ['init', ...args]).ended;
    assert.deepEqual([status, runs(root), delays(err).length], [0, 3, 2]);
    assert.match(err, /"event":"init ended, restarting"/);
  }
  const root = installation(t, files);
  assert.deepEqual([(await birddog(t, root, ['init']).ended).status, runs(root)], [1, 1]);
});

test('exits with the status of a failing sidecar if BIRDDOG_ONCE=true', async (t) => {
  const root = installation(t, { 'path/sleep': NO_SLEEP, 'dist/sidecar.js': FAILING(78) });
  const { status, err } = await birddog(t, root, ['sidecar'], { BIRDDOG_ONCE: 'true' }).ended;
  assert.deepEqual([status, err], [78, '']);
  assert.equal(runs(root), 1);
});

/** Shortens the watchdog interval to 100 ms: a busy machine may delay heartbeats by less than the five intervals. */
const SHORT_SLEEP = '#!/bin/sh\nexec /bin/sleep 0.1\n';
/** Writes heartbeats as `beats` says in its first run, until it ends; succeeds in its second run. */
const BEATING = (beats: string, endsAfterMs: number) => `
  import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
  appendFileSync(process.env.ROOT + '/runs', 'run\\n');
  const runs = readFileSync(process.env.ROOT + '/runs', 'utf8').trim().split('\\n').length;
  if (runs > 1) process.exit(0);
  let count = 1000;
  const beat = () => writeFileSync(process.env.BIRDDOG_HEARTBEAT, String(count++) + '\\n', { flag: 'r+' });
  ${beats}
  setTimeout(() => process.exit(0), ${endsAfterMs});
`;

for (const command of ['serve', 'sidecar']) {
  test(`"birddog ${command}" kills and restarts a server whose heartbeats stop`, async (t) => {
    const files = { [`dist/${command}.js`]: BEATING('beat();', 50_000), 'path/sleep': SHORT_SLEEP };
    const root = installation(t, files);
    const { status, err } = await birddog(t, root, [command]).ended;
    assert.deepEqual([status, runs(root)], [0, 2]);
    assert.match(
      err,
      new RegExp(`"event":"${command} gave no heartbeat for 10 s and was killed, restarting`),
    );
  });

  test(`"birddog ${command}" does not kill a server with heartbeats, or before its first heartbeat`, async (t) => {
    const beating = ['setInterval(beat, 5);', 'setTimeout(() => setInterval(beat, 5), 1000);', ''];
    const ended = beating.map(async (beats) => {
      const files = { [`dist/${command}.js`]: BEATING(beats, 2000), 'path/sleep': SHORT_SLEEP };
      const root = installation(t, files);
      const { status, err } = await birddog(t, root, [command]).ended;
      return [status, err, runs(root)];
    });
    assert.deepEqual(
      await Promise.all(ended),
      beating.map(() => [0, '', 1]),
    );
  });
}

test('exits with the status of serve when serve exits', async (t) => {
  const root = installation(t, { 'dist/serve.js': FAILING(7) });
  const { status, err } = await birddog(t, root, ['serve']).ended;
  assert.deepEqual([status, err, runs(root)], [7, '', 1]);
});

test('serves without a folder for temporary files', async (t) => {
  const files = { 'dist/serve.js': FAILING(7), 'path/mktemp': '#!/bin/sh\nexit 1\n' };
  const root = installation(t, files);
  const { status, err } = await birddog(t, root, ['serve']).ended;
  assert.deepEqual([status, runs(root)], [7, 1]);
  assert.match(err, /cannot create a temporary file: a server that hangs will not be restarted/);
});

for (const [command, source, flags] of [
  ['sidecar', 'src/sidecar', '--no-maglev --max-semi-space-size=8 --optimize-for-size'],
  ['init', 'src/init', '--max-semi-space-size=8 --optimize-for-size'],
  ['serve', 'src/main', '--max-semi-space-size=16'],
] as const) {
  test(`"birddog ${command}" is started with "${flags}"`, async (t) => {
    const program = `console.log(process.execArgv.join(' '), 'arenas', process.env.MALLOC_ARENA_MAX);`;
    const root = installation(t, { [`${source}/index.ts`]: program });
    const { out } = await birddog(t, root, [command]).ended;
    assert.equal(out.trim(), `${flags} --disable-warning=ExperimentalWarning arenas 1`);
  });
}
