import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { it, type TestContext } from 'node:test';
import { deadlineAfter } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { createOutbound, OutboundError } from './outbound.ts';
import { problemReply, replyWith, SECURITY_HEADERS } from './reply.ts';
import { JSON_LINES, statusOfLine, streamReply } from './streamed-reply.ts';
import { systemClock } from './system-clock.ts';

/** Sends a request to a server, and returns the lines and the response. */
async function exchanged(
  t: TestContext,
  respond: (outgoing: ServerResponse) => Promise<void> | void,
  onLine: (line: string) => void,
) {
  const server = createServer((_incoming, outgoing) => void respond(outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outbound = createOutbound();
  t.after(() => {
    outbound.close();
    server.close();
  });
  const address = server.address();
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  const deadline = deadlineAfter(30_000, systemClock);
  t.after(() => deadline.close());
  return outbound.send({ method: 'POST', url, deadline, onLine });
}

it('a streamed response arrives line by line, with its end as the body and its trailers as headers', async (t) => {
  const lines: string[] = [];
  const answer = await exchanged(
    t,
    (outgoing) => {
      const stream = streamReply(outgoing, { 'x-request-id': 'r' });
      for (let at = 0; at < 100; at += 1) stream.line({ done: at });
      const problem = new ProblemError('rate_limited', 'Later.', { retryAfter: 7 });
      outgoing.end(stream.end(problemReply(problem, 'r')).body);
    },
    (line) => lines.push(line),
  );
  assert.deepEqual(
    lines,
    Array.from({ length: 100 }, (_, at) => `{"done":${at}}`),
  );
  assert.deepEqual([answer.status, answer.headers['retry-after']], [200, '7']);
  assert.equal(statusOfLine(answer.body), 429);
});

it('a line that is split between packets is one line', async (t) => {
  const lines: string[] = [];
  const { body } = await exchanged(
    t,
    async (outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/x-ndjson' });
      for (const char of '{"a":"é"}\n{"b":2}\n{"c":3}')
        await new Promise((resolve) => outgoing.write(char, resolve));
      outgoing.end();
    },
    (line) => lines.push(line),
  );
  assert.deepEqual([lines, body.toString()], [['{"a":"é"}', '{"b":2}'], '{"c":3}']);
});

it('a line that the receiver rejects fails the request', async (t) => {
  const failed = exchanged(
    t,
    (outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/x-ndjson' });
      outgoing.end('no json\n{}');
    },
    (line) => void JSON.parse(line),
  );
  await assert.rejects(failed, (error) => error instanceof OutboundError && error.reason === 'connection');
});

it('a client that does not read loses lines, not the end', () => {
  let lines = 0;
  const outgoing = {
    closed: false,
    headersSent: false,
    writableLength: 0,
    writeHead() {
      this.headersSent = true;
    },
    write(text: string) {
      lines += 1;
      this.writableLength += text.length;
    },
    addTrailers() {},
  };
  const stream = streamReply(outgoing, {});
  for (let at = 0; at < 20_000; at += 1) stream.line({ done: at });
  assert.ok(lines > 1000 && outgoing.writableLength < 66_000);
  assert.equal(stream.end(replyWith(200, { done: 1 }, 'json', 'r')).body, '{"done":1}');
});

it('a streamed response has the headers of every response, and nothing is sent after the client has gone', () => {
  const sent: unknown[] = [];
  const outgoing = {
    closed: false,
    headersSent: false,
    writableLength: 0,
    writeHead: (status: number, headers: object) => sent.push([status, headers]),
    write: (text: string) => sent.push(text),
    addTrailers() {},
  };
  const stream = streamReply(outgoing, { 'x-request-id': 'r' });
  stream.line({ done: 1 });
  outgoing.closed = true;
  stream.line({ done: 2 });
  const headers = { 'x-request-id': 'r', 'content-type': JSON_LINES, 'x-accel-buffering': 'no' };
  assert.deepEqual(sent, [[200, { ...SECURITY_HEADERS, ...headers }], '{"done":1}\n']);
});

it('the status is that of a problem, and 200 for any other line', () => {
  const problem = problemReply(new ProblemError('datadog_refused', 'No "status":500,'), 'r');
  assert.equal(statusOfLine(Buffer.from(problem.body)), 422);
  assert.equal(statusOfLine(Buffer.from('{"application":"a","status":500}')), 200);
});
