import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import { servingSettings } from '../../src/serving/settings.ts';
import { caseFiles, scenarioIn, withoutCases } from '../cases.ts';
import { datadog, ok, send } from './document-client.ts';
import { type Answer, control, type Pod, request, startPod } from './pod.ts';

type Body = Answer['body'];
interface Step {
  readonly pod: Pod;
  readonly application: string;
  readonly scenario: JsonObject;
  /** Returns a document of the scenario for this run's application. */
  document(name: 'first' | 'then'): JsonObject;
}

const objectAt = (value: Json | undefined): JsonObject => {
  assert.ok(isObject(value));
  return value;
};

const pointersOf = (answer: Answer): string[] =>
  (answer.body.findings ?? []).map((finding: { pointer: string }) => finding.pointer);

/** Applies `then` after `first`, with the faults of the scenario. */
async function applyWithFaults({ pod, scenario, document }: Step): Promise<Answer> {
  if (isObject(scenario['first'])) ok(await send(pod, '/apply', document('first')));
  await control(pod.datadogUrl, 'POST', 'faults', scenario['faults']);
  return send(
    pod,
    `/apply${typeof scenario['query'] === 'string' ? scenario['query'] : ''}`,
    document('then'),
  );
}

/** Applies `then`, while the next reads of the object return what it was after `first`. */
async function applyWithStaleReads({ pod, application, document }: Step): Promise<Body> {
  ok(await send(pod, '/apply', document('first')));
  const page = ok(await request(pod, 'GET', `/get_monitors?application=${application}`));
  const path = `/api/v1/monitor/${page.monitors[0].monitor.id}`;
  const stored = JSON.stringify(await datadog(pod, 'GET', path));
  const stale = { kind: 'status', method: 'GET', path: `^${path}$`, times: 2, status: 200, body: stored };
  await control(pod.datadogUrl, 'POST', 'faults', stale);
  const body = ok(await send(pod, '/apply', document('then')));
  const { message } = await datadog(pod, 'GET', path);
  assert.equal(message, objectAt(scenarioMonitor(document('then')))['message'], 'no stale read is left');
  return body;
}

const scenarioMonitor = ({ monitors }: JsonObject): Json | undefined =>
  Array.isArray(monitors) ? monitors[0] : undefined;

/** Plans `then`, after `first` if the scenario has it. */
async function planThen({ pod, scenario, document }: Step): Promise<Answer> {
  if (isObject(scenario['first'])) ok(await send(pod, '/apply', document('first')));
  return send(pod, '/plan', document('then'));
}

/** Applies `first`, changes the stored monitor as Datadog would, and returns the second plan. */
async function planAfterChange({ pod, application, scenario, document }: Step): Promise<Body> {
  ok(await send(pod, '/apply', document('first')));
  const page = ok(await request(pod, 'GET', `/get_monitors?application=${application}`));
  const stored: Body = await datadog(pod, 'GET', `/api/v1/monitor/${page.monitors[0].monitor.id}`);
  for (const [path, value] of Object.entries(objectAt(scenario['live']))) {
    if (path === 'tags_unique') {
      stored.tags = [...new Set(stored.tags)];
      continue;
    }
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const parent = steps.reduce((at, step) => at[step], stored);
    parent[last] = value;
  }
  await datadog(pod, 'PUT', `/api/v1/monitor/${stored.id}`, stored);
  return ok(await send(pod, '/plan', document('first')));
}

const unchanged = async (step: Step) => {
  const { objects } = await planAfterChange(step);
  assert.deepEqual(
    objects.map((o: { action: string }) => o.action),
    ['none'],
    JSON.stringify(objects),
  );
};

const refusedAt = (pointer: string) => async (step: Step) =>
  assert.deepEqual(pointersOf(await applyWithFaults(step)), [pointer]);

const B = 'reports-by-users/';
/** The right value of each scenario. */
const CHECKS: ReadonlyMap<string, (step: Step) => Promise<void>> = new Map([
  [
    `${B}composite-of-composite.json`,
    async (step: Step) => {
      const answer = await planThen(step);
      assert.ok(pointersOf(answer).includes('/monitors/3/query'), answer.text);
      assert.match(answer.text, /nested_composite/);
    },
  ],
  [
    `${B}custom-schedule-removed.json`,
    async (step: Step) => assert.match((await planThen(step)).text, /"action":"replace"|replace_needed/),
  ],
  [`${B}refused-inner-widget.json`, refusedAt('/dashboards/0/widgets/0/definition/widgets/1')],
  [`${B}refused-option-named.json`, refusedAt('/monitors/0/options/notify_by')],
  [`${B}refused-roles.json`, refusedAt('/monitors/0/restricted_roles')],
  [
    `${B}delete-401-referenced.json`,
    async (step: Step) => {
      const body = ok(await applyWithFaults(step));
      const needed = body.findings.find((finding: { code: string }) => finding.code === 'still_needed');
      assert.match(needed?.message ?? '', /referenced in slos: \[abc,S\]/);
    },
  ],
  [
    `${B}proxy-407.json`,
    async (step: Step) => {
      const answer = await applyWithFaults(step);
      assert.equal(answer.status, 503, answer.text);
      assert.match(answer.body.detail, /proxy/);
    },
  ],
  [
    `${B}put-duplicate.json`,
    async (step: Step) => {
      const answer = await applyWithFaults(step);
      assert.equal(answer.status, 409, answer.text);
      assert.match(answer.text, /4242/);
      assert.deepEqual(
        Object.keys(answer.body)
          .filter((name) => /^(?:done|remaining)$/.test(name))
          .toSorted(),
        ['done', 'remaining'],
      );
    },
  ],
  [
    `${B}put-duplicate-second-of-two.json`,
    async (step: Step) => {
      const answer = await applyWithFaults(step);
      assert.match(answer.text, /4242/);
      assert.equal(answer.body.done.length, 1, answer.text);
    },
  ],
  [
    `${B}create-answered-524.json`,
    async ({ pod, scenario, document }: Step) => {
      await control(pod.datadogUrl, 'POST', 'faults', scenario['faults']);
      const answer = await request(pod, 'POST', '/apply', {
        body: JSON.stringify(document('then')),
        headers: { 'content-type': 'application/json', 'birddog-deadline-ms': '6000' },
      });
      assert.deepEqual([answer.status, answer.body.code], [504, 'outcome_unknown'], answer.text);
    },
  ],
  [
    `${B}stale-read-after-put.json`,
    async (step: Step) => {
      const { findings, objects } = await applyWithStaleReads(step);
      assert.deepEqual(findings, []);
      assert.deepEqual(
        objects.map((o: { action: string }) => o.action),
        ['update'],
      );
    },
  ],
  [
    `${B}site-of-the-pages.json`,
    async ({ scenario }: Step) => {
      const site = objectAt(scenario['env'])['DATADOG_SITE'];
      assert.throws(
        () => servingSettings.DATADOG_SITE.read(typeof site === 'string' ? site : ''),
        /address of web pages; the site is datadoghq\.com\. .*DATADOG_URL/,
      );
    },
  ],
  [`${B}message-leading-newline.json`, unchanged],
  [`${B}tag-twice.json`, unchanged],
  [`${B}thresholds-members-added.json`, unchanged],
  [`${B}schedule-start-added.json`, unchanged],
  [
    `${B}import-synthetics.json`,
    async ({ pod, application, scenario }: Step) => {
      await control(pod.datadogUrl, 'POST', 'seed', { monitors: [objectAt(scenario['live'])] });
      const path = `/import?application=${application}&team=ops&id=${objectAt(scenario['live'])['id']}`;
      const body = ok(await request(pod, 'POST', path));
      assert.equal(body.document.monitors, undefined);
      assert.deepEqual(
        body.findings.map((finding: { code: string }) => finding.code),
        ['synthetics_elsewhere'],
      );
    },
  ],
]);

describe('the scenarios of the cases', { skip: withoutCases }, () => {
  let pod: Pod;
  before(async () => {
    pod = await startPod({ limits: false });
  });
  after(() => pod?.stop());

  const files = withoutCases === false ? caseFiles().filter((file) => scenarioIn(file) !== undefined) : [];
  for (const [at, file] of files.entries()) {
    const check = CHECKS.get(file);
    it(`is right for ${file}`, async () => {
      assert.ok(check, 'the scenario has no check');
      const application = `case-${at}`;
      const scenario = objectAt(scenarioIn(file));
      await control(pod.datadogUrl, 'DELETE', 'faults');
      await check({
        pod,
        application,
        scenario,
        document: (name) => ({ ...objectAt(scenario[name]), application, team: 'payments' }),
      });
    });
  }
});
