import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { readBody } from './read-body.ts';

/** A request whose body has begun and goes no further. */
function begun(): IncomingMessage {
  const incoming = new IncomingMessage(new Socket());
  incoming.push('application: x\n');
  return incoming;
}
const never = new AbortController().signal;

describe('the body of a request', () => {
  it('is waited for so long at most, whatever deadline the client has', async () => {
    await assert.rejects(
      readBody(begun(), 100, never, () => {}, 20),
      {
        code: 'deadline_passed',
        message: 'The body did not arrive within 20 ms.',
      },
    );
  });

  it('is not waited for where the client has gone before it was asked for', async () => {
    await assert.rejects(readBody(begun(), 100, AbortSignal.abort()), { code: 'deadline_passed' });
  });
});
