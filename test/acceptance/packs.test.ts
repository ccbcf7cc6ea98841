import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/domain/json.ts';
import { BUILT_IN } from '../../src/packs/installed-packs.ts';
import { actions, documentOf, ok, send } from './document-client.ts';
import { type Pod, startPod } from './pod.ts';

let pod: Pod;
before(async () => {
  pod = await startPod({ limits: false });
});
after(() => pod.stop());

/** The values of the parameters that have no default. */
const REQUIRED: Readonly<Record<string, JsonObject>> = {
  'http-service': { service: 'shop' },
  'cron-heartbeat': { metric: 'backup.succeeded', job: 'backup' },
};

describe('the built-in packs, through the processes', () => {
  it('are applied for an unlisted application in two variants, and have no changes then', async () => {
    const document = documentOf('every-pack', {
      parameters: { env: 'prod' },
      variants: { prod: { suffix: '' }, staging: { env: 'staging' } },
      notify: ['@slack-shop'],
      use: BUILT_IN.map((pack) => ({
        pack,
        version: 1,
        with: { filter: 'env:${env}', ...REQUIRED[pack] },
      })),
    });
    const applied = ok(await send(pod, '/apply', document));
    const made = actions(applied);
    assert.deepEqual(
      made.filter((action) => !action.endsWith(' create')),
      [],
    );
    for (const pack of BUILT_IN)
      for (const end of ['', '-staging'])
        assert.ok(made.includes(`dashboard ${pack}-overview${end} create`), pack);
    const second = ok(await send(pod, '/plan', document));
    assert.deepEqual(
      actions(second).filter((action) => !action.endsWith(' none')),
      [],
    );
    assert.deepEqual(
      second.findings.filter(({ severity }: JsonObject) => severity !== 'info'),
      [],
    );
  });
});
