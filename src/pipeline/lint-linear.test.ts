import { describe, it } from 'node:test';
import { assertLinear } from '../../test/assert-linear.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { lintBody } from './lint.ts';

/** The suite tries 1,400 texts. */
const LENGTHS = { first: 2 ** 14, last: 2 ** 16 };
const around = { application: 'shop', team: 'web' };
const QUERY = 'avg(last_5m):avg:a{*} > 1';
const monitor = (more: JsonObject): Json => ({
  ...around,
  monitor: { type: 'query alert', query: QUERY, name: 'n', ...more },
});
const query = (text: string, type = 'query alert') => monitor({ type, query: text });
const dashboard = (more: JsonObject): Json => ({
  ...around,
  dashboard: { title: 't', layout_type: 'ordered', widgets: [], ...more },
});
const widgets = (...definitions: JsonObject[]) =>
  dashboard({ widgets: definitions.map((definition) => ({ definition })) });
const request = (given: JsonObject) => widgets({ type: 'timeseries', requests: [given] });
const alert = { title: 't', signal: { metric: 'm' }, condition: { over: '5m', above: 1 } };

/** A body for each field that contains a string of the user. */
const FIELDS: Readonly<Record<string, (text: string) => Json>> = {
  message: (text) => monitor({ message: text }),
  'message, quoted': (text) =>
    monitor({ message: `{{#is_match "${text}" "x"}}a{{/is_match}} {{eval "${text}"}}` }),
  'message in braces': (text) =>
    monitor({ message: `{{#is_match "{{${text}}}" "x"}}a{{/is_match}} {{${text}}}` }),
  'name and escalation': (text) => monitor({ name: text, options: { escalation_message: text } }),
  'metric query': (text) => query(text),
  expression: (text) => query(`avg(last_5m):${text} > 1`),
  'filter and groups': (text) => query(`avg(last_5m):avg:a{${text}} by {${text}} > 1`),
  search: (text) => query(`logs("${text}").index("*").rollup("count").last("5m") > 1`, 'log alert'),
  formula: (text) =>
    monitor({
      type: 'log alert',
      query: `formula("${text}").last("5m") > 1`,
      options: {
        variables: [
          { name: text, data_source: text, search: { query: text }, compute: { aggregation: text } },
        ],
      },
    }),
  'service check': (text) =>
    query(`"${text}".over("${text}").by("${text}").last(2).count_by_status()`, 'service check'),
  composite: (text) => query(text, 'composite'),
  'type, options and tags': (text) =>
    monitor({
      type: text,
      tags: [text, `a:${text}`],
      options: {
        [text]: text,
        on_missing_data: text,
        thresholds: { critical: text, [text]: text },
        scheduling_options: {
          custom_schedule: { recurrences: [{ rrule: text, timezone: text, start: text }] },
        },
      },
    }),
  'a monitor in a document': (text) => ({
    apiVersion: 'birddog/v1',
    ...around,
    monitors: [{ type: 'query alert', query: text, name: text, message: text }],
  }),
  'title and description': (text) => dashboard({ title: text, description: text }),
  'queries of a widget': (text) =>
    request({
      q: text,
      queries: [{ data_source: 'metrics', name: text, query: text }],
      formulas: [{ formula: text, alias: text }],
    }),
  'search of a widget': (text) =>
    request({
      queries: [{ data_source: 'logs', name: 'a', search: { query: text }, compute: { aggregation: text } }],
    }),
  'texts of widgets': (text) =>
    widgets(
      { type: 'note', content: text, [text]: text },
      { type: 'image', url: text },
      { type: text, markers: [{ value: text, label: text }], time: { live_span: text } },
    ),
  'template variables': (text) =>
    dashboard({
      template_variables: [{ name: text, prefix: text, defaults: [text], available_values: [text] }],
      template_variable_presets: [{ name: text, template_variables: [{ name: text, value: text }] }],
      notify_list: [text],
      widgets: [{ definition: { type: 'timeseries', requests: [{ q: `avg:a{$${text}}` }] } }],
    }),
  'members of an alert': (text) => ({
    ...around,
    alert: {
      title: text,
      signal: { metric: text, filter: text, by: [text] },
      condition: { over: text, above: 1 },
      message: text,
      notify: [{ to: [text] }],
    },
  }),
  'message of an alert': (text) => ({
    ...around,
    alert: { ...alert, title: text, message: text, notify: [{ to: ['@slack-a'] }] },
  }),
  'the envelope': (text) => ({
    application: text,
    team: text,
    key: text,
    catalogs: { leanix: text },
    monitor: {},
  }),
  suppressions: (text) => monitor({ lint: { ignore: [{ code: text, because: text }] } }),
};

const FRAGMENTS: readonly string[] = (
  '{{#is_match \'{{|{{|{{#|{{{{|{{!|{{^|{{#if a}}|{{/a}}|{{else}}|{{a.name}} |{{[a|{{eval "(|{{x "|{{\' |' +
  '${monitor:|${|$|$a.|@|@slack-|@a{{|@slack-a |(|)|()|(a|a(|.a(|.a()|a:(|not (|!(|-|+|a+|avg:a{|avg:a{*},|{|}|[|[a|' +
  '"|\'|\\|AND (|OR |a IN (|by {a}|https://|://a:|-eyJ|eyJaaaaaaaaaa.|api_key=|authorization: |a.|a|A-|1|1.|,|\u0301|a\u0301\u0323| |\n|\r\n|\t|;|=|FREQ=;|a:b,|&&|1&&'
)
  .split('|')
  .concat('|', '||');

describe('linting a string', () => {
  for (const [field, bodyOf] of Object.entries(FIELDS)) {
    it(`takes time proportional to its length: ${field}`, async () => {
      for (const fragment of FRAGMENTS) {
        await assertLinear(
          (length) => lintBody(bodyOf(fragment.repeat(Math.ceil(length / fragment.length))), {}),
          JSON.stringify(fragment),
          LENGTHS,
        );
      }
      // A rule that looks behind spaces may scan all of them.
      for (const end of ["{{#is_match '{{", '{{', 'a', '@a', 'avg:a{b']) {
        await assertLinear(
          (length) => lintBody(bodyOf(`${end}${' '.repeat(length)}${end}`), {}),
          `${end} and spaces`,
          LENGTHS,
        );
      }
    });
  }

  it('does not throw for a string that is nested a hundred thousand levels deep', () => {
    for (const bodyOf of Object.values(FIELDS)) {
      for (const fragment of ['(', 'not (', 'a(', '{{#if a}}', '-', '!', '{', '[', 'abs(avg:a{(']) {
        lintBody(bodyOf(fragment.repeat(100_000)), {});
      }
    }
  });
});

describe('linting an alert', () => {
  it('takes time proportional to the number of facets', () =>
    assertLinear(
      (length) => {
        const by = Array.from({ length }, (_, at) => `n${at}`);
        lintBody({ ...around, alert: { ...alert, signal: { logs: 'x', by } } }, {});
      },
      'linting facets',
      { first: 2 ** 8, last: 2 ** 12 },
    ));
});
