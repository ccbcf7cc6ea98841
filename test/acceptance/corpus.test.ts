import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { changesOf } from '../../src/domain/changes.ts';
import { withoutId } from '../../src/domain/widget-pairs.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  parseTrustedJson,
  printJson,
  toNumber,
} from '../../src/domain/json.ts';
import { toSend } from '../../src/domain/managed-fields.ts';
import { printYaml } from '../../src/format/encode-yaml.ts';
import { type Pod, request, startPod } from './pod.ts';
import { printToml } from './print-toml.ts';

const CORPUS = process.env['CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus');
const KINDS = ['monitor', 'dashboard'] as const;
type Kind = (typeof KINDS)[number];

interface Line {
  readonly source: string;
  readonly object: JsonObject;
}

/** Definitions that are refused, by what is refused in them, and why that is right. */
const REFUSED: readonly {
  readonly kind: Kind;
  readonly why: string;
  readonly is: (object: JsonObject) => boolean;
}[] = [
  {
    kind: 'dashboard',
    why: 'Datadog takes at most five tags, and of the key team alone',
    is: ({ tags }) =>
      Array.isArray(tags) && (tags.length > 5 || tags.some((t) => !String(t).startsWith('team:'))),
  },
  {
    kind: 'dashboard',
    why: 'Datadog takes default or defaults of a template variable, not both',
    is: ({ template_variables: variables }) =>
      Array.isArray(variables) &&
      variables.some(
        (v) => isObject(v) && (v['default'] ?? null) !== null && (v['defaults'] ?? null) !== null,
      ),
  },
  {
    kind: 'monitor',
    why: "Datadog takes a critical threshold only where it is the query's own",
    is({ query, options }) {
      const limit = /[<>=]\s*(-?[\d.]+)\s*$/.exec(String(query))?.[1];
      const thresholds = isObject(options) ? options['thresholds'] : undefined;
      const critical = isObject(thresholds) ? toNumber(thresholds['critical']) : undefined;
      return limit !== undefined && critical !== undefined && critical !== Number(limit);
    },
  },
];

function linesOf(kind: Kind): Line[] {
  const text = readFileSync(join(CORPUS, `${kind}s.ndjson`), 'utf8');
  return text
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => {
      const line = parseTrustedJson(l);
      assert.ok(isObject(line) && isObject(line[kind]) && typeof line['source'] === 'string');
      return { source: line['source'], object: line[kind] };
    });
}

/** A user's own description or tags never hold a marker; what Birddog adds is taken off before comparing. */
function withoutAdded(object: JsonObject, sent: JsonObject): JsonObject {
  const wrote = Array.isArray(sent['tags']) ? sent['tags'] : [];
  const tags = Array.isArray(object['tags'])
    ? object['tags'].filter((t) => wrote.includes(t) || !/^(?:team|service):/.test(String(t)))
    : object['tags'];
  const same = Array.isArray(tags) && tags.length === 0 && sent['tags'] === undefined;
  const { tags: _, ...rest } = object;
  return same || tags === undefined ? rest : { ...rest, tags };
}

/** What comes back to the letter, order and spelling of numbers included: no rule of comparison has a say in it. */
const withoutIds = (widgets: Json | undefined) =>
  Array.isArray(widgets) ? widgets.map(withoutId) : (widgets ?? null);

const VERBATIM: Readonly<Record<Kind, (live: JsonObject, sent: JsonObject, source: string) => void>> = {
  dashboard: (live, sent, source) =>
    assert.equal(printJson(withoutIds(live['widgets'])), printJson(withoutIds(sent['widgets'])), source),
  monitor(live, sent, source) {
    assert.equal(String(live['query']), String(sent['query']).trimEnd(), source);
    const held = isObject(live['options']) ? live['options'] : {};
    for (const [name, value] of Object.entries(isObject(sent['options']) ? sent['options'] : {})) {
      if (['thresholds', 'silenced', 'escalation_message'].includes(name)) continue;
      assert.equal(printJson(held[name] ?? null), printJson(value), `${source}: ${name}`);
    }
  },
};

const hasNull = (value: Json | undefined): boolean =>
  value === null ||
  (Array.isArray(value) && value.some(hasNull)) ||
  (isObject(value) && Object.values(value).some(hasNull));

const skip = existsSync(CORPUS) ? false : 'the corpus of real definitions is not here (set CORPUS)';

describe('every real definition', { skip }, () => {
  let pod: Pod;
  before(async () => {
    pod = await startPod();
  });
  after(() => pod?.stop());

  const send = (kind: Kind, type: string, body: string, application: string, key: string) =>
    request(pod, 'POST', `/create_${kind}?application=${application}&team=corpus&key=${key}`, {
      body,
      headers: { 'content-type': type, 'birddog-deadline-ms': '60000' },
    });

  for (const kind of KINDS) {
    for (const { application, type, print } of [
      { application: 'payments-batch', type: 'application/json', print: printJson },
      { application: 'checkout', type: 'application/yaml', print: printYaml },
    ]) {
      it(`of a ${kind} goes through Birddog for ${application} as ${type} and comes back as it was`, async () => {
        const refused: string[] = [];
        const lines = linesOf(kind);
        for (const [at, { source, object }] of lines.entries()) {
          const created = await send(kind, type, print(object), application, `c-${at}`);
          const excuse = REFUSED.find((r) => r.kind === kind && r.is(object));
          if (created.status !== 201) {
            assert.ok(excuse, `${source}: ${created.text.slice(0, 1000)}`);
            refused.push(source);
            continue;
          }
          assert.equal(excuse, undefined, `${source} was taken, though ${excuse?.why}`);
        }
        const back = new Map<string, JsonObject>();
        let cursor = '';
        do {
          const page = await request(
            pod,
            'GET',
            `/get_${kind}s?application=${application}&page_size=200${cursor}`,
            {
              headers: { 'birddog-deadline-ms': '60000' },
            },
          );
          const answer = parseTrustedJson(page.text);
          assert.ok(isObject(answer) && Array.isArray(answer[`${kind}s`]), page.text.slice(0, 500));
          for (const item of answer[`${kind}s`] as Json[]) {
            if (isObject(item) && isObject(item[kind])) back.set(String(item['key']), item[kind]);
          }
          cursor = typeof answer['next_cursor'] === 'string' ? `&cursor=${answer['next_cursor']}` : '';
        } while (cursor !== '');
        for (const [at, { source, object }] of lines.entries()) {
          const live = back.get(`c-${at}`);
          if (!live) {
            assert.ok(refused.includes(source), `${source} was lost`);
            continue;
          }
          const changes = changesOf(kind, withoutAdded(live, object), toSend(kind, object).object);
          assert.deepEqual(changes, [], `${source} came back changed`);
          VERBATIM[kind](live, object, source);
        }
        console.log(
          `${application}, ${kind}s as ${type}: ${back.size} of ${lines.length} came back as they were`,
        );
      });
    }

    it(`of a ${kind} is the same in JSON, YAML and, where it has no null, TOML`, async () => {
      let compared = 0;
      for (const [at, { source, object }] of linesOf(kind).entries()) {
        if (REFUSED.some((r) => r.kind === kind && r.is(object))) continue;
        const texts: [string, string][] = [['application/yaml', printYaml(object)]];
        if (!hasNull(object)) texts.push(['application/toml', printToml(object)]);
        for (const [type, body] of texts) {
          const answer = await send(kind, type, body, 'payments-batch', `c-${at}`);
          assert.equal(answer.status, 200, `${source} as ${type}: ${answer.text.slice(0, 500)}`);
          compared += 1;
        }
      }
      console.log(`${kind}s: ${compared} texts gave the same object`);
    });
  }
});
