import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contractApp } from '../../src/http/contract-app.ts';
import { processStarter } from '../../src/http/inspection/child-process.ts';
import { createInspector } from '../../src/http/inspection/inspector.ts';
import { preflightOf } from '../../src/main/preflight.ts';
import { createLog } from '../../src/runtime/log.ts';
import { createMetrics } from '../../src/runtime/metrics.ts';
import { startServer } from '../../src/runtime/server.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';

/** A smaller heap, because no document within the limits fills the real one. */
const MAX_HEAP_MIB = 48;
const LARGE = JSON.stringify({
  monitors: Array.from({ length: 400_000 }, (_, at) => ({ name: `n${at}` })),
});
const FITS = `application: x\n#${'x'.repeat(70_000)}\n`;

for (const container of ['main', 'sidecar'] as const) {
  describe(`a body that fills the heap of its child process, in ${container}`, () => {
    const exits: string[] = [];
    let server: Awaited<ReturnType<typeof startServer>>;
    before(async () => {
      const entry = new URL(`../../src/${container}/index.ts`, import.meta.url);
      const startProcess = processStarter(entry, (reason) => exits.push(reason), MAX_HEAP_MIB);
      const app = contractApp({
        serve: async ({ inspection }) => inspection?.answer() ?? assert.fail('lint has a body'),
        check: async () => assert.fail('nobody asks'),
        inspector: createInspector({ preflightOf, startProcess }),
        callerOf: () => ({ name: 'somebody' }),
        clock: systemClock,
        log: createLog('test', () => {}),
        metrics: createMetrics('test', '0'),
        version: '0',
      });
      server = await startServer({ host: '127.0.0.1', port: 0, app });
    });
    after(() => server.close(0));

    const lint = async (body: string) => {
      const headers = { 'content-type': 'application/yaml', 'birddog-deadline-ms': '120000' };
      const answer = await fetch(new URL('/lint', server.url), { method: 'POST', headers, body });
      const problem: unknown = await answer.json();
      const { code, unit, limit } = { code: '', unit: '', limit: 0, ...Object(problem) };
      return { status: answer.status, code, unit, limit };
    };

    it('gets 413 too_large; the server answers others meanwhile, and the next body', async () => {
      const large = lint(LARGE);
      assert.equal((await lint('application: x\n')).status, 200);
      const limit = MAX_HEAP_MIB * 1024 * 1024;
      assert.deepEqual(await large, { status: 413, code: 'too_large', unit: 'bytes', limit });
      assert.deepEqual(exits, []);
      assert.equal((await lint(FITS)).status, 200);
    });
  });
}
