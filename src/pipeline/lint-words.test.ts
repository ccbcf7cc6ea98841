import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../domain/json.ts';
import { resolveScalar } from '../format/yaml-scalar.ts';
import { lintBody } from './lint.ts';

/** Every property name that an empty object inherits. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

const METRIC = 'avg(last_5m):avg:a{*} > 1';
const monitor = (members: JsonObject): Json => ({
  application: 'shop',
  team: 'web',
  monitor: { type: 'query alert', query: METRIC, name: 'n', tags: ['a:b'], ...members },
});
const query = (text: string, type = 'query alert') => monitor({ type, query: text });
const message = (text: string) => monitor({ message: text });
const options = (given: JsonObject) => monitor({ options: given });
/** A computed key such as `__proto__` creates an own property. */
const dashboard = (members: JsonObject): Json => ({
  application: 'shop',
  team: 'web',
  dashboard: { title: 't', layout_type: 'ordered', widgets: [], ...members },
});
const widget = (definition: JsonObject) => dashboard({ widgets: [{ definition }] });
const request = (given: JsonObject) => widget({ type: 'timeseries', requests: [given] });
const alert = (members: JsonObject): Json => ({
  application: 'shop',
  team: 'web',
  alert: { title: 't', signal: { metric: 'm' }, condition: { over: '5m', above: 1 }, ...members },
});
const data = { data_source: 'metrics', name: 'q', query: 'avg:a{*}' };

/** A body for each position at which Birddog looks up a word of the user. */
const PLACES: Readonly<Record<string, (word: string) => Json>> = {
  'a member of a monitor': (word) => monitor({ [word]: 1 }),
  'the type of a monitor': (word) => monitor({ type: word }),
  'an option': (word) => options({ [word]: 1 }),
  'the value of an option': (word) => options({ on_missing_data: word, renotify_statuses: [word] }),
  'a threshold': (word) => options({ thresholds: { critical: 1, [word]: 1 } }),
  'a window of an anomaly': (word) => options({ threshold_windows: { [word]: 'last_5m' } }),
  'a time zone': (word) => options({ scheduling_options: { evaluation_window: { [word]: word } } }),
  'a schedule': (word) =>
    options({
      scheduling_options: { custom_schedule: { recurrences: [{ rrule: `FREQ=${word}`, timezone: word }] } },
    }),
  'the draft status': (word) => monitor({ draft_status: word, priority: word }),
  'a time aggregator': (word) => query(`${word}(last_5m):avg:a{*} > 1`),
  'a window': (word) => query(`avg(${word}):avg:a{*} > 1`),
  'a space aggregator': (word) => query(`avg(last_5m):${word}:a{*} > 1`),
  'a metric': (word) => query(`avg(last_5m):avg:${word}{*} > 1`),
  'a function': (word) => query(`avg(last_5m):${word}(avg:a{*}) > 1`),
  'an argument': (word) => query(`avg(last_5m):anomalies(avg:a{*}, '${word}', 2, ${word}=1) > 1`),
  'a method': (word) => query(`avg(last_5m):avg:a{*}.${word}(1) > 1`),
  'an argument of a method': (word) => query(`avg(last_5m):avg:a{*}.rollup(${word}, 60) > 1`),
  'a tag': (word) => query(`avg(last_5m):avg:a{${word}:${word}} by {${word}} > 1`),
  'a limit': (word) => query(`avg(last_5m):avg:a{*} > ${word}`),
  'the data of a search': (word) =>
    query(`${word}("x").index("*").rollup("count").last("5m") > 1`, 'log alert'),
  'a facet': (word) =>
    query(`logs("${word}:x").index("*").rollup("count").by("${word}").last("5m") > 1`, 'log alert'),
  'a method of a search': (word) => query(`logs("x").${word}("${word}").last("5m") > 1`, 'log alert'),
  'an aggregation of a search': (word) =>
    query(`logs("x").index("*").rollup("${word}", "${word}").last("5m") > 1`, 'log alert'),
  'a method of a check': (word) => query(`"c".over("${word}").${word}(1).last(2)`, 'service check'),
  'a member of a composite': (word) => query(`${word} && 1`, 'composite'),
  'a variable of a formula': (word) =>
    monitor({
      type: 'log alert',
      query: `formula("${word}(${word})").last("5m") > 1`,
      options: {
        variables: [
          { name: word, data_source: word, search: { query: word }, compute: { aggregation: word } },
        ],
      },
    }),
  'a variable': (word) => message(`{{${word}}} {{${word}.name}} {{log.${word}}} @slack-x`),
  'a block': (word) => message(`{{#${word}}}x{{/${word}}} @slack-x`),
  'a call': (word) =>
    message(`{{${word} "x"}} {{eval "${word}(1)"}} {{local_time '${word}' '${word}'}} @slack-x`),
  'a match': (word) => message(`{{#is_match "${word}" "${word}"}}x{{/is_match}} @slack-x`),
  'a handle': (word) => message(`@${word} @slack-${word} @${word}-x`),
  'a code that is ignored': (word) =>
    monitor({ lint: { ignore: [{ code: word, because: 'x' }], [word]: 1 } }),
  'a tag of the monitor': (word) => monitor({ tags: [`${word}:${word}`, word] }),
  'a role': (word) => monitor({ restricted_roles: [word] }),
  'a member of the envelope': (word) => ({ ...Object(monitor({})), [word]: 1 }),
  'a member of a document': (word) => ({
    apiVersion: 'birddog/v1',
    application: 'shop',
    team: 'web',
    [word]: 1,
  }),
  'a kind of reference': (word) => ({
    apiVersion: 'birddog/v1',
    application: 'shop',
    team: 'web',
    monitors: [{ key: 'k', type: 'composite', query: `\${${word}:k} && \${monitor:${word}}`, name: 'n' }],
  }),
  'a catalog': (word) => ({ ...Object(monitor({})), catalogs: { [word]: 'x' } }),
  'a member of a dashboard': (word) => dashboard({ [word]: 1 }),
  'a type of widget': (word) => widget({ type: word }),
  'a type within a split': (word) =>
    widget({ type: 'split_group', source_widget_definition: { type: word } }),
  'a member of a widget': (word) => widget({ type: 'note', content: 'x', [word]: 1 }),
  'a choice of a widget': (word) =>
    widget({ type: 'note', content: 'x', text_align: word, background_color: word }),
  'the layout type': (word) => dashboard({ layout_type: word, reflow_type: word }),
  'a template variable': (word) =>
    dashboard({
      template_variables: [{ name: word, prefix: word, type: word, defaults: [word] }],
      template_variable_presets: [{ name: word, template_variables: [{ name: word, values: [word] }] }],
    }),
  'a variable of a query': (word) => request({ q: `avg:a{$${word}}` }),
  'a role of a request': (word) => widget({ type: 'scatterplot', requests: { [word]: { q: 'avg:a{*}' } } }),
  'the data of a widget': (word) =>
    request({ queries: [{ ...data, data_source: word }], response_format: word }),
  'an aggregator of a widget': (word) =>
    request({ queries: [{ ...data, aggregator: word, query: `${word}:a{*}` }] }),
  'a formula': (word) =>
    request({ queries: [data], formulas: [{ formula: `${word}(${word})`, alias: word }] }),
  'a palette': (word) =>
    request({ q: 'avg:a{*}', style: { palette: word, line_type: word }, display_type: word, [word]: word }),
  'a comparator': (word) =>
    widget({
      type: 'query_value',
      requests: [{ q: 'avg:a{*}', conditional_formats: [{ comparator: word, palette: word }] }],
    }),
  'a live span': (word) =>
    widget({ type: 'note', content: 'x', time: { live_span: word, type: word, unit: word } }),
  'a severity': (word) => alert({ severity: word }),
  'an aggregate': (word) => alert({ signal: { metric: 'm', aggregate: word, by: [word] } }),
  'a window of an alert': (word) => alert({ condition: { over: word, above: 1, [word]: 1 } }),
  'recipients and transitions': (word) =>
    alert({
      notify: [
        { to: [`@${word}`], when: word },
        { to: [word], when: [word] },
      ],
    }),
};

describe('a word that is an inherited property name', () => {
  for (const [place, bodyOf] of Object.entries(PLACES)) {
    it(`is treated like any other unknown word as ${place}`, () => {
      for (const word of INHERITED) {
        const other = word.replace(/[a-z]/g, 'z').replace(/[A-Z]/g, 'Z');
        assert.deepEqual(found(bodyOf(word), word, other), found(bodyOf(other), other, other), word);
      }
    });
  }

  it('is treated like any other unknown word as a YAML tag', () => {
    for (const word of INHERITED) {
      const unknown = resolveScalar('x', true, '!!zzz');
      assert.deepEqual(Object.keys(resolveScalar('x', true, `!!${word}`)), Object.keys(unknown), word);
    }
  });
});

function found(body: Json, word: string, other: string): string[] {
  return lintBody(body, {}).map(
    ({ code, severity, pointer }) => `${severity} ${code} ${pointer.replaceAll(word, other)}`,
  );
}
