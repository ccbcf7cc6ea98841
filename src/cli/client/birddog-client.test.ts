import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../runtime/system-clock.ts';
import { SettingsError } from '../../runtime/settings.ts';
import { type BirddogClient, createBirddogClient } from './birddog-client.ts';
import { lintAnswerSchema } from '../../contract/answers.ts';
import { EXIT } from '../exit-status.ts';
import { PROBLEMS } from '../../domain/problem.ts';
import { BirddogProblem, exitOfError, inCliTerms, NoAnswer, parsedAnswer } from './birddog-failures.ts';
import { readConfig } from '../config.ts';
import { failureOf, type SentText } from '../print/print-failure.ts';
import type { Paint } from '../print/report.ts';

const plain: Paint = (_style, text) => text;

/** Returns a client of a server that answers with `listener`. */
async function clientOf(
  t: TestContext,
  listener: RequestListener,
  env: Record<string, string> = {},
): Promise<BirddogClient> {
  const server = createServer(listener);
  const port = await listening(server);
  const client = createBirddogClient(readConfig(`http://127.0.0.1:${port}/below/`, env), systemClock);
  t.after(() => {
    client.close();
    server.close();
    server.closeAllConnections();
  });
  return client;
}

/** Starts a server and returns its port. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

/** Returns the error of a request that must fail, and its text for people. */
async function failing(client: BirddogClient, sent?: SentText): Promise<{ error: unknown; text: string }> {
  const error = await client.send({ method: 'GET', path: '/check' }).then(
    () => assert.fail('the request succeeded'),
    (failure: unknown) => failure,
  );
  return { error, text: failureOf(error, plain, sent).text };
}

const PROBLEM = {
  type: 'urn:birddog:problem:invalid',
  title: 'No',
  status: 422,
  detail: 'No.',
  hint: 'Fix it.',
  request_id: 'r-1',
};

describe('the client of a running Birddog', () => {
  it('sends the text with its format, the token, the deadline and a request ID', async (t) => {
    let received: IncomingMessage | undefined;
    let text = '';
    const client = await clientOf(
      t,
      (request, response) => {
        received = request;
        request.on('data', (chunk: Buffer) => (text += chunk.toString()));
        request.on('end', () => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end('{"big": 12345678901234567890}');
        });
      },
      { BIRDDOG_TOKEN: 'hunter2' },
    );
    const body = await client.send({
      method: 'POST',
      path: '/plan',
      query: { prune: 'true', force: undefined },
      body: { text: 'a: 1', format: 'yaml' },
      deadlineMs: 3000,
    });
    assert.equal(JSON.stringify(body), '{"big":12345678901234567890}');
    assert.equal(received?.url, '/below/plan?prune=true');
    assert.equal(text, 'a: 1');
    const { headers } = received;
    assert.deepEqual(
      [headers.authorization, headers['content-type'], headers['birddog-deadline-ms']],
      ['Bearer hunter2', 'application/yaml', '3000'],
    );
    assert.match(String(headers['x-request-id']), /^[\w-]{36}$/);
  });

  it('reports a problem with its findings, a hint and the request ID', async (t) => {
    const problem = {
      ...PROBLEM,
      code: 'invalid',
      title: 'The request is invalid',
      findings: [{ code: 'x', severity: 'error', message: 'Wrong.', pointer: '/a', line: 2, column: 4 }],
    };
    const client = await clientOf(t, answering(422, problem, { 'retry-after': '7' }));
    const { error, text } = await failing(client, {
      name: 'f.yaml#2',
      file: { name: 'f.yaml', format: 'yaml', text: 'z: 0\n---\na: 1\n' },
      line: 1,
    });
    assert.ok(error instanceof BirddogProblem);
    assert.deepEqual([error.code, error.retryAfterMs], ['invalid', 7000]);
    assert.equal(
      text,
      `f.yaml:3:4: error: Wrong. [x]
  3 | a: 1
    |    ^

f.yaml#2: error: The request is invalid [invalid]
  No.
  hint: Fix it.
  request id: r-1
`,
    );
  });

  it('reports a missing token, and keeps the hint of the problem if a token was sent', async (t) => {
    const problem = { ...PROBLEM, status: 401, code: 'unauthenticated', hint: 'Send a valid token.' };
    const without = await failing(await clientOf(t, answering(401, problem)));
    assert.match(without.text, /hint: BIRDDOG_TOKEN is not set/);
    const wrong = await failing(await clientOf(t, answering(401, problem), { BIRDDOG_TOKEN: 'hunter2' }));
    assert.match(wrong.text, /hint: Send a valid token\./);
    assert.doesNotMatch(wrong.text, /hunter2/);
  });

  it('accepts a problem code of a later release, and rejects an answer without a required field', async (t) => {
    const { error } = await failing(await clientOf(t, answering(409, { ...PROBLEM, code: 'brand_new' })));
    assert.ok(error instanceof BirddogProblem && error.code === 'brand_new');
    assert.throws(
      () => parsedAnswer(lintAnswerSchema, { findings: [{ code: 'x' }], request_id: 'r' }),
      (thrown) => {
        assert.ok(thrown instanceof NoAnswer);
        assert.match(thrown.message, /^Birddog's answer has no valid "findings\.0\.severity"\. Use/);
        assert.equal(exitOfError(thrown), EXIT.failed);
        return true;
      },
    );
  });

  it('distinguishes an unavailable Birddog from other failures', async (t) => {
    for (const [status, exit] of [
      [503, EXIT.unavailable],
      [409, EXIT.failed],
    ] as const) {
      const { error } = await failing(
        await clientOf(t, answering(status, { ...PROBLEM, status, code: 'busy' })),
      );
      assert.equal(exitOfError(error), exit);
    }
    assert.equal(exitOfError(new NoAnswer('gone', true)), EXIT.unavailable);
    assert.equal(exitOfError(new TypeError('a bug')), EXIT.failed);
  });

  it('explains in one sentence why Birddog did not answer', async (t) => {
    const other = await failing(await clientOf(t, answering(200, ['not', 'Birddog'])));
    assert.match(other.text, /^error: The server at http:\S+ \(status 200\) is not Birddog\. .*\n$/);
    const proxy = await failing(
      await clientOf(t, answering(503, { code: 'x', title: 'Not a problem of Birddog' })),
    );
    assert.match(proxy.text, /^error: The server at http:\S+ \(status 503\) is not Birddog\. .*\n$/);
    const broken = await failing(await clientOf(t, (request) => request.socket.destroy()));
    assert.match(broken.text, /^error: The connection to http:\S+ failed \(ECONNRESET\)\.\n$/);
    assert.ok(broken.error instanceof NoAnswer && broken.error.sent);
    const closed = createServer();
    const port = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    const unreachable = await failing(
      createBirddogClient(readConfig(`http://127.0.0.1:${port}`, {}), systemClock),
    );
    assert.match(unreachable.text, /^error: Nothing listens at http:\S+\. Start Birddog, or .*\n$/);
    assert.ok(unreachable.error instanceof NoAnswer && !unreachable.error.sent);
  });

  it('cancels a request when its signal aborts', async (t) => {
    const stop = new AbortController();
    const client = await clientOf(t, () => stop.abort());
    await assert.rejects(client.send({ method: 'GET', path: '/check', signal: stop.signal }), {
      message: 'Stopped before Birddog answered.',
      exit: EXIT.failed,
    });
  });
});

describe('the settings of the client', () => {
  it('default to Birddog on this machine', () => {
    assert.equal(readConfig(undefined, {}).url.href, 'http://127.0.0.1:8080/');
    assert.equal(readConfig(undefined, { BIRDDOG_URL: 'https://b.test' }).url.href, 'https://b.test/');
    assert.equal(readConfig('https://c.test', { BIRDDOG_URL: 'https://b.test' }).url.href, 'https://c.test/');
  });

  it('refuse plain HTTP to another machine, and do not reveal the token', () => {
    const wrong = { BIRDDOG_URL: 'http://b.test', BIRDDOG_TOKEN: 'hunter 2', BIRDDOG_CACERT: 'none.pem' };
    assert.throws(
      () => readConfig(undefined, wrong),
      (error) => {
        assert.ok(error instanceof SettingsError);
        assert.match(error.message, /BIRDDOG_URL: "http:\/\/b\.test" uses plain HTTP/);
        assert.match(error.message, /BIRDDOG_CACERT: none\.pem cannot be read/);
        assert.match(error.message, /BIRDDOG_TOKEN: a token must consist of/);
        assert.doesNotMatch(error.message, /hunter/);
        return true;
      },
    );
    assert.doesNotMatch(JSON.stringify(readConfig(undefined, { BIRDDOG_TOKEN: 'hunter2' })), /hunter2/);
  });
});

/** Problems that a request of the command never gets. */
const SERVER_ONLY = new Set(['precondition_failed', 'unsupported_media_type']);

it('hints name the options of the command, not parameters and headers of the API', () => {
  for (const [code, { hint }] of Object.entries(PROBLEMS)) {
    if (SERVER_ONLY.has(code)) continue;
    const said = inCliTerms(hint);
    assert.doesNotMatch(said, /=(true|false)|Birddog-|basis|request again|Authorization|Content-Type/, code);
  }
  assert.equal(
    inCliTerms(PROBLEMS.deadline_exceeded.hint),
    'Retry, with a longer --deadline if necessary. No write was left unfinished.',
  );
  assert.match(inCliTerms(PROBLEMS.too_many_deletes.hint), /pass --force\.$/);
});
