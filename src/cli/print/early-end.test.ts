import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NoAnswer } from '../client/birddog-failures.ts';
import { EXIT } from '../exit-status.ts';
import { earlyEnd, interruptedBefore } from './early-end.ts';
import type { Paint } from './report.ts';

const plain: Paint = (_style, text) => text;
const remaining = Array.from({ length: 12 }, (_, n) => ({
  kind: 'monitor' as const,
  key: `k${n}`,
  action: 'create' as const,
}));

describe('an apply or a restore that ended early', () => {
  it('names what remains, at most ten objects', () => {
    const interrupted = earlyEnd(
      { ended: { by: 'interrupt' }, remaining: remaining.slice(0, 2) },
      'birddog undo',
      plain,
    );
    const detail = 'Interrupted. Remaining: create monitor k0, create monitor k1.';
    assert.deepEqual(interrupted, {
      text: `birddog undo: error: ${detail}\n`,
      json: { code: 'interrupt', detail },
      exit: EXIT.failed,
    });
    const stuck = earlyEnd({ ended: { by: 'standstill' }, remaining }, 'a.yaml', plain);
    assert.match(stuck?.text ?? '', /^a\.yaml: error: Birddog made no further progress\. Remaining: /);
    assert.match(stuck?.text ?? '', /create monitor k9 and 2 more\.\n$/);
  });

  it('has the failure of the last call; one that finished has none', () => {
    const error = new NoAnswer('Nothing listens.', false);
    const failed = earlyEnd({ ended: { by: 'failure', error }, remaining }, 'a.yaml', plain);
    assert.deepEqual([failed?.text, failed?.exit], ['error: Nothing listens.\n', EXIT.unavailable]);
    assert.equal(earlyEnd({ ended: undefined, remaining: [] }, 'a.yaml', plain), undefined);
    assert.match(
      interruptedBefore('b.yaml', plain).text,
      /^b\.yaml: error: Interrupted before it started\.$/m,
    );
  });
});
