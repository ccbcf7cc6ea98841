import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type CallersPod, startCallersPod, tokensFile } from './callers-pod.ts';
import { request } from './pod.ts';

const ROBOT = {
  name: 'ci-shop',
  token: `birddog_${randomBytes(32).toString('base64url')}`,
  groups: ['robots'],
  days: 30,
};
const ACCESS = `rules:
  - {groups: [robots], applications: [checkout, payments-batch], may: [write]}
  - {groups: [others], applications: [elsewhere], may: [write]}
`;

let at: CallersPod;
let zoë: string;
before(async () => {
  at = await startCallersPod(ACCESS, tokensFile([ROBOT]));
  zoë = await at.oidcToken({ sub: 'zoë "x"', groups: ['others'] });
});
after(() => at.stop());

type Line = Readonly<
  Partial<
    Record<'event' | 'process' | 'route' | 'kind' | 'key' | 'id' | 'outcome' | 'status' | 'code', unknown>
  >
> &
  Readonly<Record<'time' | 'level' | 'request_id' | 'trace_id' | 'span_id', unknown>>;

/** Sends one request. Returns its audit lines without the fields that vary between runs. */
async function audited(token: string | undefined, method: string, path: string, body?: object | string) {
  const id = randomUUID();
  const answer = await request(at.pod, method, path, {
    headers: {
      'x-request-id': id,
      // Headers that Birddog sends to the sidecar. Birddog ignores them in requests of users.
      'birddog-caller': 'somebody-else',
      'birddog-caller-auth': 'oidc',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const linesOf = (): Line[] =>
    at.pod
      .output()
      .split('\n')
      .filter((line) => line.includes(id))
      .map((line) => JSON.parse(line));
  // The line of the answer comes last, in each process.
  await at.pod.until(async () => {
    const answered = linesOf().filter((line) => line.event === 'answered');
    const own = answered.find((line) => line.process === 'serve');
    const forwarded = own?.route === 'unlisted' && own.code !== 'sidecar_unavailable';
    return own !== undefined && (!forwarded || answered.length === 2);
  });
  const lines = linesOf()
    .filter((line) => line.event === 'audit')
    .map(({ time, level, event: _, request_id, trace_id: _t, span_id: _s, id: object, ...rest }) => {
      assert.match(String(time), /^\d{4}-.*Z$/);
      assert.deepEqual([level, request_id], ['info', id]);
      return { ...rest, ...(object === undefined ? {} : { id: /^[\w-]+$/.test(String(object)) }) };
    });
  return { status: answer.status, text: answer.text, body: answer.body, lines };
}

const monitor = { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' };
const robot = { caller: 'ci-shop', auth: 'tokens' };

for (const [application, process] of [
  ['checkout', 'serve'],
  ['payments-batch', 'sidecar'],
] as const) {
  describe(`a write to ${application}`, () => {
    const write = (key: string, more: object = {}) => ({
      application,
      team: 't',
      key,
      monitor: { ...monitor, ...more },
    });
    const about = { kind: 'monitor', application, key: 'k' };

    it('is logged in one line by the process that executed it', async () => {
      const make = await audited(ROBOT.token, 'POST', '/create_monitor', write('k'));
      assert.equal(make.status, 201, make.text);
      assert.deepEqual(make.lines, [
        { process, ...robot, operation: '/create_monitor', ...about, id: true, outcome: 'created' },
      ]);
      const change = await audited(ROBOT.token, 'PUT', '/update_monitor', write('k', { message: 'm' }));
      assert.deepEqual(change.lines, [
        { process, ...robot, operation: '/update_monitor', ...about, id: true, outcome: 'updated' },
      ]);
      const same = await audited(ROBOT.token, 'PUT', '/update_monitor', write('k', { message: 'm' }));
      assert.deepEqual(same.lines, [
        { process, ...robot, operation: '/update_monitor', ...about, outcome: 'unchanged' },
      ]);
    });

    it('is logged in one line with the reason if it is rejected', async () => {
      const different = await audited(
        ROBOT.token,
        'POST',
        '/create_monitor',
        write('k', { message: 'other' }),
      );
      assert.deepEqual(different.lines, [
        {
          process,
          ...robot,
          operation: '/create_monitor',
          ...about,
          outcome: 'refused',
          status: 409,
          code: 'key_conflict',
        },
      ]);
      const wrong = await audited(ROBOT.token, 'POST', '/create_monitor', write('k', { query: 7 }));
      assert.deepEqual(
        wrong.lines.map((line) => [line.process, line.outcome, line.status, line.code]),
        [[process, 'refused', 422, 'invalid']],
      );
    });

    it('of a document is logged in one line per object, or in one line if nothing changed', async () => {
      const document = {
        apiVersion: 'birddog/v1',
        application,
        team: 't',
        monitors: [
          { key: 'a', ...monitor, name: 'a' },
          { key: 'b', ...monitor, name: 'b' },
        ],
        dashboards: [{ key: 'c', title: 'c', layout_type: 'ordered', widgets: [] }],
      };
      const made = await audited(ROBOT.token, 'POST', '/apply', document);
      assert.equal(made.status, 200, made.text);
      assert.deepEqual(
        made.lines.map((line) => [line.process, line.kind, line.key, line.outcome, line.id]).sort(),
        [
          [process, 'dashboard', 'c', 'created', true],
          [process, 'monitor', 'a', 'created', true],
          [process, 'monitor', 'b', 'created', true],
        ],
      );
      const again = await audited(ROBOT.token, 'POST', '/apply', document);
      assert.deepEqual(again.lines, [
        { process, ...robot, operation: '/apply', application, outcome: 'unchanged' },
      ]);
    });

    it('is logged in one line if it is a delete; dry runs and reads are not logged', async () => {
      const path = `/delete_monitor?application=${application}&key=k`;
      for (const [method, target, body] of [
        ['DELETE', `${path}&dry_run=true`],
        ['POST', '/create_monitor?dry_run=true', write('k')],
        ['POST', '/create_monitor?dry_run=true', '{"application": '],
        ['GET', `/get_monitors?application=${application}`],
        ['POST', '/plan', { apiVersion: 'birddog/v1', application, team: 't', monitors: [] }],
        ['POST', '/restore', { application, kind: 'monitor', key: 'k', revision: 1 }],
        ['POST', '/restore', { application, kind: 'monitor', key: 'absent', revision: 1 }],
      ] as const) {
        const { lines, text } = await audited(ROBOT.token, method, target, body);
        assert.deepEqual(lines, [], text);
      }
      const last = { application, last_apply: true, basis: 'x'.repeat(300) };
      const stale = await audited(ROBOT.token, 'POST', '/restore', last);
      assert.deepEqual(
        stale.lines.map(({ outcome, code }) => [outcome, code]),
        [['refused', 'plan_stale']],
      );
      const { lines } = await audited(ROBOT.token, 'DELETE', path);
      assert.deepEqual(lines, [
        { process, ...robot, operation: '/delete_monitor', ...about, id: true, outcome: 'deleted' },
      ]);
      const gone = await audited(ROBOT.token, 'DELETE', path);
      assert.deepEqual(gone.lines, [
        {
          process,
          ...robot,
          operation: '/delete_monitor',
          ...about,
          outcome: 'refused',
          status: 404,
          code: 'not_found',
        },
      ]);
    });

    it('is logged in one line by Birddog if the caller is unauthorized or unauthenticated', async () => {
      const forbidden = await audited(zoë, 'POST', '/create_monitor', write('k'));
      assert.deepEqual(forbidden.lines, [
        {
          process: 'serve',
          caller: 'zoë "x"',
          auth: 'oidc',
          operation: '/create_monitor',
          ...about,
          outcome: 'refused',
          status: 403,
          code: 'forbidden',
        },
      ]);
      const unknown = await audited('nobody', 'DELETE', `/delete_monitor?application=${application}&key=k`);
      assert.deepEqual(unknown.lines, [
        {
          process: 'serve',
          caller: '',
          operation: '/delete_monitor',
          kind: 'monitor',
          outcome: 'refused',
          status: 401,
          code: 'unauthenticated',
        },
      ]);
      const unreadable = await audited(ROBOT.token, 'POST', '/apply', '{"application": SECRET');
      assert.deepEqual(unreadable.lines, [
        {
          process: 'serve',
          ...robot,
          operation: '/apply',
          outcome: 'refused',
          status: 400,
          code: 'malformed_body',
        },
      ]);
    });
  });
}

it('writes a line in Birddog for a write that an unavailable sidecar cannot serve', async () => {
  await at.pod.pause('sidecar');
  const { lines } = await audited(ROBOT.token, 'DELETE', '/delete_monitor?application=payments-batch&key=a');
  at.pod.resume('sidecar');
  assert.deepEqual(lines, [
    {
      process: 'serve',
      ...robot,
      operation: '/delete_monitor',
      kind: 'monitor',
      application: 'payments-batch',
      key: 'a',
      outcome: 'failed',
      status: 503,
      code: 'sidecar_unavailable',
    },
  ]);
});

it('writes no content and no secret into audit lines', () => {
  const lines = at.pod
    .output()
    .split('\n')
    .filter((line) => line.includes('"event":"audit"'));
  assert.ok(lines.length > 20);
  for (const word of ['avg(', 'SECRET', ROBOT.token, zoë, 'api-key'])
    assert.ok(!lines.some((line) => line.includes(word)), word);
});
