import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { changesOf } from '../../src/diff/changes.ts';
import { isObject, type Json, type JsonObject, parseTrustedJson, printJson } from '../../src/domain/json.ts';
import { toSend } from '../../src/domain/managed-fields.ts';
import { printYaml } from '../../src/format/encode-yaml.ts';
import { combinedMonitors, realDefinitions, withoutCorpus } from '../corpus.ts';
import { documentOf, ok } from './document-client.ts';
import { control, type Pod, request, startPod } from './pod.ts';

const KINDS = ['monitor', 'dashboard'] as const;
/** Number of definitions that this test sends through all processes. The tests in src/pipeline run every definition in one process. */
const EVERY = 12;

/** Returns definitions of each kind, spread evenly over the corpus. */
const someDefinitions = (kind: (typeof KINDS)[number]): JsonObject[] =>
  realDefinitions(kind)
    .filter((_, at) => at % EVERY === 0)
    .map(({ object }, at) => ({ ...object, key: `${kind}-${at}` }));

const itemsOf = (answer: Json, name: string): JsonObject[] => {
  const list = isObject(answer) ? answer[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
};

describe('a document of real definitions', { skip: withoutCorpus }, () => {
  let pod: Pod;
  before(async () => {
    pod = await startPod({ limits: false });
    await control(pod.datadogUrl, 'POST', 'seed', combinedMonitors());
  });
  after(() => pod?.stop());

  for (const { application, type, print } of [
    { application: 'payments-batch', type: 'application/json', print: printJson },
    { application: 'checkout', type: 'application/yaml', print: printYaml },
  ]) {
    it(`is applied for ${application} as ${type}, and is returned unchanged`, async () => {
      const [monitors, dashboards] = [someDefinitions('monitor'), someDefinitions('dashboard')];
      const body = print(documentOf(application, { monitors, dashboards }));
      const post = (path: string) => request(pod, 'POST', path, { body, headers: { 'content-type': type } });
      assert.deepEqual(ok(await post('/apply')).remaining, []);
      const plan = ok(await post('/plan'));
      assert.deepEqual(
        plan.objects.filter((o: { action: string }) => o.action !== 'none'),
        [],
      );
      for (const kind of KINDS) {
        const page = await request(pod, 'GET', `/get_${kind}s?application=${application}&page_size=1000`);
        const answer = parseTrustedJson(ok(page) && page.text);
        const back = new Map(itemsOf(answer, `${kind}s`).map((one) => [one['key'], one[kind]]));
        for (const { key, ...object } of kind === 'monitor' ? monitors : dashboards) {
          const live = back.get(key);
          assert.ok(isObject(live), `${String(key)} was lost`);
          const changes = changesOf(kind, live, toSend(kind, object).object);
          assert.deepEqual(
            changes.filter(({ path }) => !/^\/tags(\/|$)/.test(path)),
            [],
          );
        }
      }
    });
  }
});
