import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { combinedMonitors, realDefinitions, withoutCorpus } from '../../test/corpus.ts';
import { items, startInProcess, type Text } from '../../test/documents-in-process.ts';
import { printToml } from '../../test/acceptance/print-toml.ts';
import { changesOf } from '../diff/changes.ts';
import { isObject, type Json, type JsonObject, printJson, toNumber } from '../domain/json.ts';
import { toSend, type StoredKind } from '../domain/managed-fields.ts';
import { ProblemError } from '../domain/problem.ts';
import { withoutId } from '../diff/widget-pairs.ts';
import { printYaml } from '../format/encode-yaml.ts';

const KINDS: readonly StoredKind[] = ['monitor', 'dashboard'];
/** Objects per emulator. Each lookup of a dashboard reads the list of all dashboards, so a small emulator is faster. */
const MAX_PER_EMULATOR = 30;

/** Definitions that Birddog correctly rejects, with the reason. */
const REFUSED: readonly {
  readonly kind: StoredKind;
  readonly why: string;
  readonly is: (object: JsonObject) => boolean;
}[] = [
  {
    kind: 'dashboard',
    why: 'Datadog accepts at most five tags, all with the key team',
    is: ({ tags }) =>
      Array.isArray(tags) && (tags.length > 5 || tags.some((t) => !String(t).startsWith('team:'))),
  },
  {
    kind: 'dashboard',
    why: 'Datadog accepts default or defaults of a template variable, not both',
    is: ({ template_variables: variables }) =>
      Array.isArray(variables) &&
      variables.some(
        (v) => isObject(v) && (v['default'] ?? null) !== null && (v['defaults'] ?? null) !== null,
      ),
  },
  {
    kind: 'monitor',
    why: 'Datadog accepts only the critical threshold that the query contains',
    is({ query, options }) {
      const limit = /[<>=]\s*(-?[\d.]+)\s*$/.exec(String(query))?.[1];
      const thresholds = isObject(options) ? options['thresholds'] : undefined;
      const critical = isObject(thresholds) ? toNumber(thresholds['critical']) : undefined;
      return limit !== undefined && critical !== undefined && critical !== Number(limit);
    },
  },
];

/** Removes the tags that Birddog added. */
function withoutAdded(object: JsonObject, sent: JsonObject): JsonObject {
  const wrote = Array.isArray(sent['tags']) ? sent['tags'] : [];
  const tags = Array.isArray(object['tags'])
    ? object['tags'].filter((t) => wrote.includes(t) || !/^(?:team|service):/.test(String(t)))
    : object['tags'];
  const same = Array.isArray(tags) && tags.length === 0 && sent['tags'] === undefined;
  const { tags: _, ...rest } = object;
  return same || tags === undefined ? rest : { ...rest, tags };
}

const withoutIds = (widgets: Json | undefined) =>
  Array.isArray(widgets) ? widgets.map(withoutId) : (widgets ?? null);

/** Asserts that fields are returned byte for byte, including order and number notation, without comparison rules. */
const VERBATIM: Readonly<Record<StoredKind, (live: JsonObject, sent: JsonObject, source: string) => void>> = {
  dashboard: (live, sent, source) =>
    assert.equal(printJson(withoutIds(live['widgets'])), printJson(withoutIds(sent['widgets'])), source),
  monitor(live, sent, source) {
    assert.equal(String(live['query']), String(sent['query']).trimEnd(), source);
    const options = isObject(live['options']) ? live['options'] : {};
    for (const [name, value] of Object.entries(isObject(sent['options']) ? sent['options'] : {})) {
      if (['thresholds', 'silenced', 'escalation_message'].includes(name)) continue;
      assert.equal(printJson(options[name] ?? null), printJson(value), `${source}: ${name}`);
    }
  },
};

const hasNull = (value: Json | undefined): boolean =>
  value === null ||
  (Array.isArray(value) && value.some(hasNull)) ||
  (isObject(value) && Object.values(value).some(hasNull));

/** Returns the definition in each format that can express it, JSON first. */
function textsOf(object: JsonObject): Text[] {
  return [
    { format: 'json', text: printJson(object) },
    { format: 'yaml', text: printYaml(object) },
    ...(hasNull(object) ? [] : [{ format: 'toml', text: printToml(object) } as const]),
  ];
}

describe('every real definition', { skip: withoutCorpus }, () => {
  for (const kind of KINDS) {
    it(`of a ${kind} is the same object in JSON, YAML and TOML, and is returned unchanged`, async (t) => {
      let world = startInProcess();
      let [texts, refused] = [0, 0];
      for (const [at, { source, object }] of realDefinitions(kind).entries()) {
        if (at % MAX_PER_EMULATOR === 0) {
          world = startInProcess();
          world.seed(combinedMonitors());
        }
        const query = { application: 'app', team: 'corpus', key: `c-${at}` };
        const exception = REFUSED.find((r) => r.kind === kind && r.is(object));
        for (const [round, text] of textsOf(object).entries()) {
          const answer = await world.send(`/create_${kind}`, text, query).catch((error: unknown) => {
            assert.ok(
              error instanceof ProblemError && exception,
              `${source} as ${text.format}: ${String(error)}`,
            );
            return { status: 422 };
          });
          const expected = exception ? 422 : round === 0 ? 201 : 200;
          assert.equal(answer.status, expected, `${source} as ${text.format}; ${exception?.why}`);
          texts += 1;
        }
        if (exception) {
          refused += 1;
          continue;
        }
        const { body } = await world.send(`/get_${kind}s`, undefined, { application: 'app', key: `c-${at}` });
        const live = items(body[`${kind}s`])[0]?.[kind];
        assert.ok(isObject(live), `${source} is missing`);
        const changes = changesOf(kind, withoutAdded(live, object), toSend(kind, object).object);
        assert.deepEqual(changes, [], `${source} was returned changed`);
        VERBATIM[kind](live, object, source);
      }
      t.diagnostic(`${texts} texts, ${refused} definitions refused`);
      assert.ok(texts > 0);
    });
  }
});
