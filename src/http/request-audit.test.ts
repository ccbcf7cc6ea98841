import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPERATIONS } from '../contract/operations.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Log } from '../runtime/log.ts';
import { auditRequest } from './request-audit.ts';

function audit(path: string) {
  const lines: [event: string, fields: object | undefined][] = [];
  const note = (event: string, fields?: object) => void lines.push([event, fields]);
  const log: Log = { info: note, warn: note, error: note };
  const operation = OPERATIONS.find((one) => one.path === path);
  assert.ok(operation);
  return { lines, ...auditRequest(operation, log) };
}
const refusal = new ProblemError('key_conflict', 'secret words');

describe('the audit of a request', () => {
  it('names the object and omits invalid names', () => {
    const { lines, isAbout, calledBy, refused } = audit('/update_monitor');
    calledBy({ name: 'zoë', auth: 'oidc', groups: ['g'] });
    isAbout({
      query: { key: 'eyJhbGciOi.NOT-A-KEY' },
      body: { application: 'shop', id: 7, monitor: { message: 'words' } },
    });
    refused(refusal);
    assert.deepEqual(lines, [
      [
        'audit',
        {
          caller: 'zoë',
          auth: 'oidc',
          operation: '/update_monitor',
          kind: 'monitor',
          application: 'shop',
          id: '7',
          outcome: 'refused',
          status: 409,
          code: 'key_conflict',
        },
      ],
    ]);
  });

  it('distinguishes unknown outcomes from failures', () => {
    const { lines, refused } = audit('/apply');
    refused(new ProblemError('outcome_unknown', ''));
    refused(new ProblemError('datadog_failed', ''));
    assert.deepEqual(
      lines.map(([, fields]) => Object(fields).outcome),
      ['unknown', 'failed'],
    );
  });

  it('says that nothing changed only if nothing was written', () => {
    const { lines, wrote, done } = audit('/apply');
    wrote({ action: 'create', kind: 'monitor', application: 'a', key: 'k', id: '1' });
    done();
    assert.equal(lines.length, 1);
  });

  it('has no lines for reads and dry runs', async () => {
    const read = audit('/plan');
    read.refused(refusal);
    const dry = audit('/create_monitor');
    dry.isAbout({ query: { dry_run: 'true' } });
    dry.refused(refusal);
    dry.done();
    assert.deepEqual([...read.lines, ...dry.lines], []);
  });
});
