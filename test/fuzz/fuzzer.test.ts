import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inputOf, readFound } from './found.ts';
import { fuzzCase } from './fuzz-case.ts';
import { httpCase } from './http-case.ts';
import type { HttpTarget } from './http-target.ts';
import { type FuzzOptions, isHttp } from './options.ts';
import { faultsOf, printReport, reportJson } from './report.ts';
import { runFuzzer, type Tested } from './run-fuzzer.ts';
import { placeOfFrames } from './signature.ts';
import { loadSeedObjects } from './seed-objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
after(() => rmSync(folder, { recursive: true }));

const OPTIONS: FuzzOptions = { seed: 1, from: 0, to: 200, maxMs: 120_000, workers: 1, connections: 4 };
const quiet = () => {};
const isSlow = (fault: string) => fault === 'hangs' || fault === 'ends';

function broken(fault: string): Tested {
  return {
    worker: {
      target: new URL(`./broken-target.ts?${fault}`, import.meta.url),
      hangMs: fault === 'hangs' ? 4000 : 20_000,
    },
    startServer: () => brokenServer(fault),
    httpTimes: { answerMs: 4000, mangledMs: 50, healthMs: 4000 },
    minimiseMs: isSlow(fault) ? 5000 : 60_000,
  };
}

/** Returns the faults that the fuzzer finds, as `KIND SIGNATURE`. */
async function foundIn(fault: string, options: Partial<FuzzOptions>): Promise<string[]> {
  const result = await runFuzzer({ ...OPTIONS, ...options }, broken(fault), quiet);
  return faultsOf(result).map(({ kind, signature }) => `${kind}: ${signature}`);
}

describe('the fuzzer finds and minimises', () => {
  for (const [fault, expected] of [
    ['throws', 'exception: TypeError at test/fuzz/broken-target.ts throws'],
    ['fails', 'internal_error: ProblemError at test/fuzz/broken-target.ts fails'],
    ['placeless', 'finding_without_place: no_place'],
    ['astray', 'unresolved_pointer: lost'],
    ['hangs', 'hang: test/fuzz/broken-target.ts'],
    ['ends', 'crash: status 7 at an unknown place'],
  ] as const) {
    it(`the fault "${fault}" of a target`, async () => {
      const save = join(folder, fault);
      // Each case that hangs or ends its process needs a new process, so one such case is enough.
      const cases = isSlow(fault) ? await aroundTrigger() : { to: 200 };
      assert.deepEqual(await foundIn(fault, { only: 'process', ...cases, save }), [expected]);
      const [file, ...more] = readFound(save);
      assert.deepEqual(more, []);
      const input = file && inputOf(file);
      assert.ok(input);
      const text = Buffer.from(input.body).toString();
      assert.match(text, /birddog_key/);
      // The minimised input contains nothing else but the lists and objects around it.
      assert.ok(text.length < (isSlow(fault) ? 2000 : 40), text);
    });
  }

  it('an answer that cannot be read', async () => {
    const found = await foundIn('unreadable', { only: 'process', to: 40 });
    assert.deepEqual(found, ['unreadable_answer: yaml: malformed_body malformed_yaml']);
  });

  it('a heap that grows with each case', async () => {
    const found = await foundIn('leaks', { only: 'process', to: 1500 });
    assert.deepEqual(found, ['memory_growth: heap after garbage collection']);
  });

  it('a cost that grows with the square of the length', async () => {
    const found = await foundIn('quadratic', { only: 'process', to: 300, measuresCosts: true });
    assert.deepEqual(found, ['superlinear: test/fuzz/broken-target.ts spin']);
  });
});

describe('over HTTP, the fuzzer finds', () => {
  for (const [fault, expected] of [
    ['fails', 'status_500: /plan'],
    ['silent', 'no_answer: timeout without an answer to /plan'],
    ['hangs', 'no_answer: health of process 0'],
    ['ends', 'process_ended: server process 0'],
  ] as const) {
    it(`the fault "${fault}" of a server, and the case that triggers it`, async () => {
      const result = await runFuzzer({ ...OPTIONS, only: 'http' }, broken(fault), quiet);
      const found = faultsOf(result).find(({ kind, signature }) => `${kind}: ${signature}` === expected);
      assert.ok(found, printReport(OPTIONS, result));
      assert.ok(found.pieces && Buffer.concat(found.pieces).includes('/plan'));
    });
  }
});

it('finds nothing in a correct target, and counts its cases', async () => {
  const result = await runFuzzer(OPTIONS, broken('nothing'), quiet);
  assert.deepEqual(faultsOf(result), [], printReport(OPTIONS, result));
  assert.equal(result.process.cases, 170);
  assert.equal(result.http.cases, 30);
  assert.equal(result.nextCase, OPTIONS.to);
  assert.equal(JSON.parse(reportJson(OPTIONS, result)).process.cases, 170);
});

it('the place of a case that takes too long is in the repository, if any frame is', () => {
  const internal = { url: 'node:internal/bootstrap/node', functionName: 'get' };
  const own = { url: import.meta.url, functionName: 'spin' };
  assert.equal(placeOfFrames([internal, own]), 'test/fuzz/fuzzer.test.ts spin');
  assert.equal(placeOfFrames([internal]), 'node:internal/bootstrap/node get');
});

it('a case is a pure function of the seed and its number', async () => {
  const objects = await loadSeedObjects();
  for (let id = 0; id < 100; id += 1) {
    assert.deepEqual(fuzzCase(7, id, objects), fuzzCase(7, id, objects));
    assert.deepEqual(httpCase(7, id, objects, 'h'), httpCase(7, id, objects, 'h'));
  }
  assert.notDeepEqual(fuzzCase(7, 1, objects), fuzzCase(8, 1, objects));
});

it('resumes after the last case when the time is up', async () => {
  const result = await runFuzzer({ ...OPTIONS, maxMs: 0 }, broken('nothing'), quiet);
  assert.equal(result.nextCase, 0);
});

/** Returns a few cases, the last of which triggers the fault of a broken target. */
async function aroundTrigger(): Promise<{ from: number; to: number }> {
  const objects = await loadSeedObjects();
  for (let id = 10; ; id += 1) {
    const { body } = fuzzCase(OPTIONS.seed, id, objects).input;
    if (!isHttp(id) && Buffer.from(body).includes('birddog_key')) return { from: id - 10, to: id + 1 };
  }
}

/** Starts a server process with one fault. */
async function brokenServer(fault: string): Promise<HttpTarget> {
  const child = fork(fileURLToPath(new URL('./broken-server.ts', import.meta.url)), [fault], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on('message', (address) => {
    assert.ok(typeof address === 'object' && 'port' in address && typeof address.port === 'number');
    resolve(address.port);
  });
  const url = new URL(`http://127.0.0.1:${await promise}`);
  return {
    url,
    healthUrls: [url],
    pids: [child.pid ?? 0],
    stop: async () => void child.kill('SIGKILL'),
  };
}
