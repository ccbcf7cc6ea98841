import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { printToml } from '../../../test/acceptance/print-toml.ts';
import { OPERATIONS } from '../../contract/operations.ts';
import type { Deadline } from '../../domain/deadline.ts';
import { isObject, type Json, type JsonObject, printJson } from '../../domain/json.ts';
import { type Pointer, pointerTo } from '../../domain/pointer.ts';
import { ProblemError } from '../../domain/problem.ts';
import { printYaml } from '../../format/encode-yaml.ts';
import { type Decoded, DOCUMENT_LIMITS, type Format, OBJECT_LIMITS } from '../../format/decoded.ts';
import { preflightOf } from '../../main/preflight.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { answerFindings } from '../../pipeline/refuse.ts';
import { createMemoryBudget } from '../../runtime/concurrency/memory-budget.ts';
import { inspectBody } from './child.ts';
import type { InspectingProcess, StartProcess } from './child-process.ts';
import { type Frame, frameHead, readFrames } from './protocol.ts';
import { KnownRecipients } from '../../lint/recipients/known-recipients.ts';
import { createInspector, type Inspector } from './inspector.ts';

/** Runs the program of the child in this process. */
function startInProcess(): InspectingProcess & { readonly killed: () => boolean } {
  const input = new PassThrough();
  const output = new PassThrough();
  let killed = false;
  void inspectBody(preflightOf, input, (bytes) => void output.write(bytes)).finally(() => output.end());
  const frames = readFrames(output, { maxFrameBytes: 1e8, maxTotalBytes: 1e9 });
  return {
    killed: () => killed,
    send(type, payload) {
      input.write(frameHead(type, payload.length));
      input.write(payload);
    },
    async next() {
      const { value } = await frames.next();
      assert.ok(value, 'the child ended early');
      return value;
    },
    kill() {
      killed = true;
      input.destroy();
    },
  };
}

const PADDING = 70 * 1024;
const CONTENT_TYPES = { json: 'application/json', yaml: 'application/yaml', toml: 'application/toml' };

interface Asked {
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly caller?: string;
  readonly deadline?: Deadline;
  readonly onAbout?: (about: JsonObject) => void;
  readonly reserve?: (bytes: number) => void;
  readonly recipients?: KnownRecipients;
}

function open(inspector: Inspector, text: string, format: Format, asked: Asked = {}) {
  const { path = '/plan', query = {}, caller = 'somebody', onAbout = () => {}, reserve = () => {} } = asked;
  const { recipients } = asked;
  const operation = OPERATIONS.find((one) => one.path === path);
  assert.ok(operation);
  const deadline = asked.deadline ?? { left: () => 20_000, signal: new AbortController().signal };
  const context = { caller: { name: caller }, requestId: 'r', traceparent: '', deadline };
  const limits = operation.kind === undefined ? DOCUMENT_LIMITS : OBJECT_LIMITS;
  const sent = { bytes: Buffer.from(text), contentType: CONTENT_TYPES[format], format, limits };
  return inspector.open({ operation, query, accept: 'json', context, onAbout, reserve, recipients }, sent);
}

const inspectorWith = (startProcess: StartProcess, cpuMs = () => 0) =>
  createInspector({ preflightOf, startProcess, cpuMs });
const inline = () => inspectorWith(() => assert.fail('a small body needs no process'));

/** Blanks and comments behind a text, so that it is too large to be inspected in the server. */
const padded = (text: string, format: Format) =>
  format === 'json' ? `${text}${' '.repeat(PADDING)}` : `${text}\n#${'x'.repeat(PADDING)}\n`;

/** Everything that serving learns of a body: all of it must be the same, wherever it was inspected. */
async function seen(inspector: Inspector, text: string, format: Format, asked: Asked = {}): Promise<unknown> {
  let about: JsonObject | undefined;
  const inspection = open(inspector, text, format, { ...asked, onAbout: (told) => (about = told) });
  try {
    if (asked.path === '/lint') {
      const { status, headers, body } = await inspection.answer();
      return { status, headers, body: String(body) };
    }
    const { subject, wants, body } = await inspection.preflight();
    const refusable = [
      '',
      '/application',
      '/catalogs/leanix',
      ...wants.flatMap((want) => want.pointer ?? []),
    ];
    const preflight = { subject, wants, places: refusable.map((pointer) => body.locate(pointer)) };
    const decoded = await inspection.document();
    // As for the findings of a plan about references, within strings.
    const wanted =
      isObject(decoded.value) && asked.path !== '/create_monitor' ? readDocument(decoded.value).entries : [];
    const references = wanted.flatMap((one) => one.references);
    const within = references.map(({ pointer, at }) => decoded.locate(pointer, at));
    return { about, preflight, within, ...contentOf(decoded) };
  } catch (error) {
    assert.ok(error instanceof ProblemError, String(error));
    const { cause: _, ...extras } = error.extras;
    return { about, code: error.code, message: error.message, extras: JSON.stringify(extras) };
  } finally {
    inspection.close();
  }
}

function contentOf(decoded: Decoded) {
  assert.ok(decoded.linted, 'it is linted once, here');
  const pointers = pointersIn(decoded.value, '');
  const outside = pointers.flatMap((pointer) => [`${pointer}/nowhere`, `${pointer}/0`, `${pointer}/00`]);
  return {
    value: printJson(decoded.value),
    findings: JSON.stringify(answerFindings(decoded.linted, decoded)),
    places: [...pointers, ...outside].map((pointer) => [pointer, decoded.locate(pointer)]),
  };
}

function pointersIn(value: Json, pointer: Pointer): Pointer[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item, at) => pointersIn(item, pointerTo(pointer, at)))
    : isObject(value)
      ? Object.entries(value).flatMap(([name, member]) => pointersIn(member, pointerTo(pointer, name)))
      : [];
  return [pointer, ...inner];
}

const PRINT: Readonly<Record<Format, (value: JsonObject) => string>> = {
  json: (value) => JSON.stringify(value, null, 1),
  yaml: printYaml,
  toml: printToml,
};

/** Documents with right and wrong members everywhere; no null, which TOML does not have. */
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', '${monitor:a/b} x ${monitor:own}', '{{#is_alert}}', '${p}', '${p} of ${q}'),
);
const leaf: fc.Arbitrary<Json> = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc
    .constantFrom('12345678901234567890', '1.50', '9007199254740993', '1e400')
    .map((number) => JSON.rawJSON(number)),
);
const member = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 3 }),
  fc.dictionary(fc.stringMatching(/^[a-z~/0-9]{1,4}$/), leaf, { maxKeys: 3 }),
);
const entry = fc.record(
  {
    key: fc.constantFrom('a', 'b', 'NO'),
    name: text,
    type: fc.constantFrom('query alert', 'composite', 'constructor'),
    query: fc.constantFrom('avg(last_5m):avg:a{*} > 1', '${monitor:b} && ${monitor:other/c}', 'broken('),
    message: text,
    tags: fc.array(text, { maxLength: 3 }),
    options: fc.dictionary(fc.constantFrom('thresholds', 'renotify_interval', 'silenced', '7'), member),
    adopt: leaf,
    each: fc.dictionary(fc.constantFrom('q', 'r'), fc.array(leaf, { maxLength: 2 })),
  },
  { requiredKeys: ['key'] },
);
const document = fc.record(
  {
    application: fc.constantFrom<Json>('payments', 'payments', 'payments', 'NO'),
    team: text,
    catalogs: fc.record({ leanix: fc.constantFrom('Payments', 'payments') }),
    tags: fc.array(text, { maxLength: 3 }),
    monitors: fc.array(entry, { maxLength: 4 }),
    alerts: fc.array(entry, { maxLength: 2 }),
    dashboards: fc.oneof(fc.array(entry, { maxLength: 2 }), text),
    own: member,
    parameters: fc.dictionary(fc.constantFrom('p', 'q'), leaf),
    variants: fc.dictionary(fc.constantFrom('v', 'w'), fc.dictionary(fc.constantFrom('p', 'suffix'), leaf)),
  },
  { requiredKeys: ['application', 'monitors'] },
);

describe('a body that is inspected in a separate process', () => {
  it('has the same content, findings and positions as one inspected inline, in every format', async () => {
    const apart = inspectorWith(startInProcess);
    const formats = fc.constantFrom<Format>('json', 'yaml', 'toml');
    const paths = fc.constantFrom('/plan', '/lint', '/create_monitor');
    await fc.assert(
      fc.asyncProperty(document, formats, paths, async (value, format, path) => {
        const printed = PRINT[format]({ ...value });
        const one = await seen(inline(), printed, format, { path });
        const other = await seen(apart, padded(printed, format), format, { path });
        assert.deepEqual(other, one);
      }),
      { numRuns: 300 },
    );
  });

  it('is linted with the list of all recipients', async () => {
    const asked = {
      path: '/lint',
      recipients: new KnownRecipients(['slack-orders', 'webhook-*'], () => true),
    };
    const yaml = 'monitors:\n  - {key: k, message: "@slack-ordres @webhook-x @teams-y"}\n';
    const one = await seen(inline(), yaml, 'yaml', asked);
    assert.match(JSON.stringify(one), /Did you mean @slack-orders.*@teams-y is not[^}]*"column\\":49}/);
    assert.deepEqual(await seen(inspectorWith(startInProcess), padded(yaml, 'yaml'), 'yaml', asked), one);
  });

  it('has the positions of YAML aliases and comments', async () => {
    const yaml = `# first
application: payments
tags: &t [a, "b"]
monitors:
  - &m {key: k, name: n, type: query alert, query: "x \${monitor:other/c}", tags: *t} # one
  - *m
  - key: l
    options: {thresholds: {critical: 12345678901234567890}}
    message: |
      two
`;
    const one = await seen(inline(), yaml, 'yaml');
    assert.match(JSON.stringify(one), /12345678901234567890/);
    assert.deepEqual(await seen(inspectorWith(startInProcess), padded(yaml, 'yaml'), 'yaml'), one);
  });

  it('gets a problem with the line and column in its text', async () => {
    for (const format of ['json', 'yaml', 'toml'] as const) {
      const broken = '{"a": "é", "b": ]';
      const one = await seen(inline(), broken, format);
      assert.match(JSON.stringify(one), /"code":"malformed_body"/);
      assert.deepEqual(await seen(inspectorWith(startInProcess), broken + ' '.repeat(PADDING), format), one);
    }
  });
});

/** A process that says what the test wants, and hangs before that until it is killed. */
function fakeProcess(frames: Frame[] = []) {
  const { promise: hang, reject } = Promise.withResolvers<never>();
  hang.catch(() => {});
  const sent: string[] = [];
  const state = { killed: 0 };
  const process: InspectingProcess = {
    send: (type) => sent.push(type),
    next: async () => frames.shift() ?? hang,
    kill() {
      state.killed += 1;
      reject(new ProblemError('busy', 'killed'));
    },
  };
  return { process, sent, state };
}

const LARGE = padded('application: payments\n', 'yaml');
const PREFLIGHT: Frame = {
  type: 'preflight',
  payload: Buffer.from('{"subject":{"application":"payments","aliases":{}},"wants":[],"places":[]}'),
};
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the processes that inspect bodies', () => {
  it('run one per caller and two in total, in rotation between callers', async () => {
    const started: ReturnType<typeof fakeProcess>[] = [];
    const inspector = inspectorWith(() => {
      const fake = fakeProcess([PREFLIGHT]);
      started.push(fake);
      return fake.process;
    });
    const order: string[] = [];
    const begin = (caller: string) => {
      const inspection = open(inspector, LARGE, 'yaml', { caller });
      void inspection.preflight().then(() => order.push(caller));
      return inspection;
    };
    const [first, , , second] = [begin('a'), begin('a'), begin('a'), begin('b'), begin('c')];
    await settled();
    assert.deepEqual([order, inspector.waiting()], [['a', 'b'], 3]);
    second?.close();
    await settled();
    assert.deepEqual(order, ['a', 'b', 'c'], 'however many a has waiting');
    first?.close();
    await settled();
    assert.deepEqual(order, ['a', 'b', 'c', 'a']);
    assert.equal(started[0]?.state.killed, 1);
    inspector.close();
    assert.ok(
      started.every(({ state }) => state.killed > 0),
      'none outlives the server',
    );
  });

  it('are not started for a request that ends in the queue, which gets busy', async () => {
    let started = 0;
    const inspector = inspectorWith(() => {
      started += 1;
      return fakeProcess([PREFLIGHT]).process;
    });
    await open(inspector, LARGE, 'yaml').preflight();
    const over = new AbortController();
    const waiting = open(inspector, LARGE, 'yaml', { deadline: { left: () => 0, signal: over.signal } });
    const answer = waiting.preflight();
    await settled();
    over.abort();
    await assert.rejects(answer, { code: 'busy' });
    assert.deepEqual([started, inspector.waiting()], [1, 0]);
  });

  it('are killed when the request ends, also during their start', async () => {
    const fakes: ReturnType<typeof fakeProcess>[] = [];
    const inspector = inspectorWith(() => {
      const fake = fakeProcess();
      fakes.push(fake);
      return fake.process;
    });
    const inspection = open(inspector, LARGE, 'yaml');
    const answer = inspection.preflight();
    inspection.close();
    await assert.rejects(answer, { code: 'busy' });
    assert.ok((fakes[0]?.state.killed ?? 0) > 0);
    assert.equal(await Promise.race([open(inspector, LARGE, 'yaml').preflight(), settled()]), undefined);
    assert.equal(fakes.length, 2, 'its slot is free again');
  });

  it('take over a small body that has used 20 ms of the event loop', async () => {
    const small =
      'application: payments\nteam: t\nmonitors: [{key: k, type: query alert, query: "avg(last_5m):avg:a{*} > 1"}]';
    let cpu = 0;
    let started = 0;
    const slow = inspectorWith(
      () => {
        started += 1;
        return startInProcess();
      },
      () => (cpu += started > 0 ? 0 : 8),
    );
    assert.deepEqual(await seen(slow, small, 'yaml'), await seen(inline(), small, 'yaml'));
    assert.equal(started, 1);
    started = 0;
    assert.deepEqual(
      await seen(slow, small, 'yaml', { path: '/lint' }),
      await seen(inline(), small, 'yaml', { path: '/lint' }),
    );
    assert.equal(started, 1);
  });

  it('report an unexpected failure as internal, and a missing response as busy', async () => {
    const failing = inspectorWith(
      () => fakeProcess([{ type: 'failure', payload: Buffer.from('TypeError') }]).process,
    );
    await assert.rejects(open(failing, LARGE, 'yaml').answer(), /could not be inspected: TypeError/);
    const silent = inspectorWith(() => {
      throw new Error('EAGAIN');
    });
    await assert.rejects(open(silent, LARGE, 'yaml').answer(), { code: 'busy' });
    await assert.rejects(open(silent, LARGE, 'yaml').answer(), { code: 'busy' });
  });
});

describe('the memory of a decoded document', () => {
  it("is reserved before the document is assembled, within one caller's half", async () => {
    const reserved: number[] = [];
    const body = padded('application: payments\nmonitors: [{key: a}, {key: b}]\n', 'yaml');
    await seen(inspectorWith(startInProcess), body, 'yaml', { reserve: (bytes) => reserved.push(bytes) });
    assert.deepEqual(reserved, [Buffer.byteLength(body) + 7 * 100]);
    const reserve = () => {
      throw new ProblemError('busy', 'no');
    };
    const refused = await seen(inspectorWith(startInProcess), body, 'yaml', { reserve });
    assert.match(JSON.stringify(refused), /"code":"busy"/);
    const { bytes, values } = DOCUMENT_LIMITS;
    createMemoryBudget(256 * 1024 * 1024, 'x')({ name: 'a' }).reserve(bytes + values * 100);
  });
});

describe('the limits of an object', () => {
  const documentWith = (chars: number) => ({
    application: 'payments',
    monitors: [{ key: 'k', message: 'x'.repeat(chars) }],
  });

  it('apply to every object of a document', async () => {
    const apart = inspectorWith(startInProcess);
    assert.match(
      JSON.stringify(await seen(apart, JSON.stringify(documentWith(1_000_000)), 'json')),
      /"value"/,
    );
    for (const body of [
      documentWith(1_048_576),
      { application: 'payments', own: 'x'.repeat(1_048_576), monitors: [] },
    ]) {
      const large = JSON.stringify(await seen(apart, JSON.stringify(body), 'json'));
      assert.match(large, /"code":"too_large".*1048576/);
    }
  });
});
