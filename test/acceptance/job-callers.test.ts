import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { monitor } from './application-operations.ts';
import { type CallersPod, startCallersPod, tokensFile } from './callers-pod.ts';

const ACCESS = `
rules:
  - groups: [jobs]
    applications: ['payments-*']
    may: [apply_reviewed]
`;

let at: CallersPod;
before(async () => {
  at = await startCallersPod(ACCESS, tokensFile([]));
});
after(() => at.stop());

it('with apply_reviewed lets a job apply a plan, and nothing that has no plan', async () => {
  const { ask } = at;
  const job = await at.oidcToken({ sub: 'job', groups: ['jobs'] });
  const document = {
    apiVersion: 'birddog/v1',
    application: 'payments-batch',
    team: 't',
    monitors: [{ ...monitor, key: 'reviewed' }],
  };
  const refused = await ask(job, 'POST', '/apply', document);
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'], refused.text);
  assert.match(refused.body.hint, /may only apply a reviewed plan.* birddog plan --out FILE/);
  const { body: plan } = await ask(job, 'POST', '/plan', document);
  const path = `/apply?basis=${plan.basis}`;
  const other = { ...document, monitors: [{ ...monitor, key: 'reviewed', name: 'not reviewed' }] };
  assert.equal((await ask(job, 'POST', path, other)).body.code, 'plan_stale');
  const applied = await ask(job, 'POST', path, document);
  assert.deepEqual([applied.status, applied.body.done?.length], [200, 1], applied.text);
  const undo = { application: 'payments-batch', last_apply: true };
  const { body: shown } = await ask(job, 'POST', '/restore', undo);
  const undone = await ask(job, 'POST', '/restore', { ...undo, basis: shown.basis });
  assert.deepEqual([undone.status, undone.body.done?.length], [200, 1], undone.text);
});
