import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ENDPOINTS } from '../../src/contract/operations.ts';
import { CONTRACT_VERSION, HEADERS } from '../../src/domain/headers.ts';
import { createSidecarClient } from '../../src/main/sidecar-client.ts';
import { sidecarProbe } from '../../src/main/sidecar-probe.ts';
import { JSON_LINES } from '../../src/runtime/streamed-reply.ts';
import { checkAnswer } from '../acceptance/check-answer.ts';
import type { Pod } from '../acceptance/pod.ts';
import {
  contextFor,
  type Exchange,
  operationOf,
  outboundTo,
  recordedSchema,
  sendAgain,
  startRecordedPod,
} from './exchange.ts';

/** The exchanges of each recorded version of the contract, by its number. */
const RECORDED = new Map(
  readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const text = readFileSync(join(import.meta.dirname, name), 'utf8');
      return [name.replace('.json', ''), recordedSchema.parse(JSON.parse(text))] as const;
    }),
);

let pod: Pod;
before(async () => {
  pod = await startRecordedPod();
});
after(() => pod.stop());

const titleOf = ({ request }: Exchange) => `${request.method} ${request.path}`;

/** Returns the pointers in a JSON text, each with the type of its value. Elements of a list share a pointer. */
function shapeOf(text: string): ReadonlySet<string> {
  const shape = new Set<string>();
  const add = (value: unknown, pointer: string): void => {
    const isObject = typeof value === 'object' && value !== null;
    shape.add(`${pointer} ${Array.isArray(value) ? 'list' : typeof value}`);
    if (!isObject) return;
    for (const [name, inside] of Object.entries(value))
      add(inside, `${pointer}/${Array.isArray(value) ? '*' : name}`);
  };
  add(JSON.parse(text), '');
  return shape;
}

it('the current version of the contract is recorded, with every operation', () => {
  const current = RECORDED.get(CONTRACT_VERSION) ?? [];
  const recorded = new Set(current.map((one) => operationOf(one)));
  assert.deepEqual(
    ENDPOINTS.filter((one) => !recorded.has(one)).map(({ path }) => path),
    [],
    'run node test/contract/record.ts',
  );
  assert.ok(current.every(({ request }) => request.headers[HEADERS.contract] === CONTRACT_VERSION));
});

for (const [version, exchanges] of RECORDED) {
  describe(`version ${version} of the contract`, () => {
    it('the sidecar answers each recorded request with the recorded status and every recorded field', async () => {
      const outbound = outboundTo(pod);
      for (const exchange of exchanges) {
        const { status, body } = await sendAgain(exchange, outbound, pod);
        assert.equal(status, exchange.answer.status, `${titleOf(exchange)}: ${body}`);
        const shape = shapeOf(body.toString());
        const missing = [...shapeOf(exchange.answer.body)].filter((field) => !shape.has(field));
        assert.deepEqual(missing, [], titleOf(exchange));
      }
      outbound.close();
    });

    it('Birddog returns each recorded answer, and reads what it needs of it', async () => {
      for (const { request, answer } of exchanges) {
        const outbound = {
          close: () => {},
          send: async ({ onLine }: { onLine?: (line: string) => void }) => {
            answer.lines.forEach((line) => onLine?.(line));
            return { ...answer, body: Buffer.from(answer.body) };
          },
        };
        const client = createSidecarClient(new URL('https://127.0.0.1:5000'), outbound);
        const operation = operationOf({ request });
        const context = contextFor(operation);
        const done: unknown[] = [];
        const streams = answer.headers['content-type'] === JSON_LINES;
        const onDone = streams ? { onDone: (one: unknown) => void done.push(one) } : {};
        const incoming = { operation, pathAndQuery: request.path, accept: 'json' } as const;
        const reply = await client.forward({ ...incoming, context: { ...context, ...onDone } }, ['leanix']);
        assert.deepEqual([reply.status, String(reply.body)], [answer.status, answer.body]);
        assert.deepEqual(
          done,
          answer.lines.map((line) => JSON.parse(line).done),
        );
        if (operation.verb !== 'check') continue;
        const outcome = await sidecarProbe(client, 1000).probe?.(context);
        assert.ok(outcome?.state === 'ok' || outcome?.state === 'warning', outcome?.detail);
        assert.ok((outcome.parts ?? []).length > 3);
      }
    });
  });
}

it('Birddog reads a report with more fields, and names the skew of a sidecar that does not know its version', async () => {
  const check = RECORDED.get(CONTRACT_VERSION)?.find(({ request }) => request.path === '/check');
  assert.ok(check);
  const report = JSON.parse(check.answer.body);
  const added = { ...report, added: 1, parts: report.parts.map((part: object) => ({ ...part, added: 1 })) };
  const skew = { type: 'urn:birddog:problem:version_skew', status: 503, code: 'version_skew' };
  const outcomes = [
    { status: 200, body: added },
    { status: 503, body: skew },
  ].map(({ status, body }) => {
    const answer = { ...check.answer, status, body: Buffer.from(JSON.stringify(body)) };
    const outbound = { close: () => {}, send: async () => answer };
    const client = createSidecarClient(new URL('https://127.0.0.1:5000'), outbound);
    return sidecarProbe(client, 1000).probe?.(contextFor({ path: '/check' }));
  });
  const [more, skewed] = await Promise.all(outcomes);
  assert.equal(more?.parts?.length, report.parts.length, more?.detail);
  assert.deepEqual(skewed, {
    state: 'failed',
    detail: 'The sidecar answered with status 503 (version_skew).',
  });
});

describe('a request of a version that the sidecar does not know', () => {
  it('is refused with 503 version_skew before anything else is read, also the stop of the applies and the probe', async () => {
    const outbound = outboundTo(pod);
    const [first] = RECORDED.get(CONTRACT_VERSION) ?? [];
    assert.ok(first);
    const changed = { [HEADERS.contract]: '2', [HEADERS.deadline]: 'in the form of version 2' };
    const stop = { ...first.request, path: '/stop_applies', body: undefined };
    const probe = { ...stop, method: 'GET', path: '/healthz' } as const;
    for (const request of [first.request, stop, probe]) {
      const headers = { ...request.headers, ...changed };
      const answer = await sendAgain({ request: { ...request, headers } }, outbound, pod);
      const [text, body] = [answer.body.toString(), JSON.parse(answer.body.toString())];
      assert.deepEqual(
        [answer.status, body.code, answer.headers['retry-after']],
        [503, 'version_skew', '60'],
      );
      assert.match(body.detail, /knows version 1 .*not "2"/);
      checkAnswer(first.request.method, first.request.path, { ...answer, text, body });
    }
    outbound.close();
  });

  it('is served as version 1 without the header', async () => {
    const outbound = outboundTo(pod);
    const listed = RECORDED.get('1')?.find(({ request }) => request.path.startsWith('/get_monitors'));
    assert.ok(listed);
    const { [HEADERS.contract]: _, ...headers } = listed.request.headers;
    const { status } = await sendAgain({ request: { ...listed.request, headers } }, outbound, pod);
    assert.equal(status, 200);
    outbound.close();
  });
});
