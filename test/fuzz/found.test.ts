import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FOUND_FOLDER, inputOf, readFound } from './found.ts';
import { type HttpTarget, isAlive, startPodTarget } from './http-target.ts';
import { sendRaw } from './send-raw.ts';
import { type SupervisedWorker, supervisedWorker } from './supervised-worker.ts';
import { costIn, superlinear } from './superlinear.ts';

/** Timeout (ms) that none of them reaches on a busy machine. */
const HANG_MS = 60_000;
const files = readFound(FOUND_FOLDER);
const inputs = files.filter(({ input }) => input !== undefined);
const raws = files.filter(({ raw }) => raw !== undefined);

describe('inputs that triggered faults in earlier fuzz runs', () => {
  let worker: SupervisedWorker;
  before(() => {
    worker = supervisedWorker({ target: new URL('./pipeline-target.ts', import.meta.url), hangMs: HANG_MS });
  });
  after(() => worker.close());

  for (const file of inputs) {
    it(`${file.name}: ${file.mustHold}`, async () => {
      const input = inputOf(file);
      assert.ok(input);
      const { seen, ended } = await worker.probe(input);
      assert.equal(ended, undefined);
      assert.deepEqual(seen[0]?.faults, []);
      if (file.kind === 'superlinear') assert.equal(await superlinear(input, costIn(worker)), undefined);
    });
  }
});

describe('connections that triggered faults in earlier fuzz runs', {
  skip: raws.length === 0 && 'there are none',
}, () => {
  let target: HttpTarget;
  before(async () => {
    target = await startPodTarget();
  });
  after(() => target.stop());

  for (const { name, mustHold, raw } of raws) {
    it(`${name}: ${mustHold}`, async () => {
      const pieces = (raw?.pieces ?? []).map((piece) => Buffer.from(piece, 'base64'));
      const { responses } = await sendRaw(target.url, pieces, 2000);
      for (const { status, body } of responses) assert.notEqual(status, 500, body);
      assert.ok(target.pids.every(isAlive));
      for (const url of target.healthUrls) assert.equal((await fetch(url)).status, 200);
    });
  }
});
