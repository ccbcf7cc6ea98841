import { isObject, type Json, numberText } from '../../../domain/json.ts';
import { isEmptyChoice } from './widget-value.ts';
import type { DashboardPart } from '../dashboard-parts.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { FieldType } from '../field-table.ts';
import { WIDGET_TYPES, WIDGETS } from '../widget-schema.ts';
import { warningUnlessMisspelt } from '../../known/typo.ts';
import { suggestWord } from '../../nearest.ts';
import type { Violation, Path, RuleFix } from '../../rule.ts';

const IS_TYPE: Readonly<Record<Exclude<FieldType, readonly string[]>, (value: Json) => boolean>> = {
  any: () => true,
  text: (value) => typeof value === 'string',
  texts: (value) => Array.isArray(value) && value.every((element) => typeof element === 'string'),
  // Datadog accepts numeric strings.
  number: (value) =>
    numberText(value) !== undefined || (typeof value === 'string' && value !== '' && !isNaN(Number(value))),
  flag: (value) => typeof value === 'boolean',
  list: Array.isArray,
  object: isObject,
};

const TYPE_DESCRIPTIONS: Readonly<Record<keyof typeof IS_TYPE, string>> = {
  any: 'anything',
  text: 'a string',
  texts: 'a list of strings',
  number: 'a number',
  flag: 'true or false',
  list: 'a list',
  object: 'an object',
};

/** Fields that define a query: Datadog's OpenAPI document, `*WidgetRequest`. */
const QUERY_FIELD = /^(?:q|queries|formulas|query|search|\w+_query|projection|request_type)$/;

/** The response format of each widget type: Datadog's OpenAPI document and the dashboards that Datadog ships. */
const FORMATS: ReadonlyMap<string, string> = new Map<string, string>([
  ['timeseries', 'timeseries'],
  ['query_value', 'scalar'],
  ['query_table', 'scalar'],
  ['toplist', 'scalar'],
  ['sunburst', 'scalar'],
  ['treemap', 'scalar'],
  ['change', 'scalar'],
  ['bar_chart', 'scalar'],
  ['list_stream', 'event_list'],
]);

/** Rules about widgets and their definitions. */
export const WIDGET_RULES: readonly DashboardRule[] = [
  {
    code: 'widget_incomplete',
    severity: 'error',
    summary: 'A widget lacks a required field.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: ⟦note⟧
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: note
      content: All is well.
`,
    check: ({ definitions }) =>
      definitions.values().flatMap(({ path, definition, type }) => {
        const needed = WIDGETS.get(type)?.required ?? [];
        const missing = needed.filter((name) => !Object.hasOwn(definition, name));
        if (missing.length === 0) return [];
        return [
          {
            path: [...path, 'type'],
            message: `Datadog rejects the dashboard: a widget of type ${type} requires ${missing.join(' and ')}.`,
            hint: `Add ${missing.join(' and ')} to the widget's definition.`,
            missing: missing.map((name) => [...path, name]),
          },
        ];
      }),
  },
  {
    code: 'unknown_widget_type',
    severity: 'error',
    summary: 'Unknown widget type. It is a warning if it is not within two edits of a known one.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: ⟦timeserie⟧
      requests: []
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests: []
`,
    check: ({ definitions }) =>
      definitions.values().flatMap(({ path, type }) => {
        if (type === '' || WIDGET_TYPES.has(type)) return [];
        const at = [...path, 'type'];
        const meant = suggestWord(type, WIDGET_TYPES);
        return [
          {
            path: at,
            message: `"${type}" is not a documented widget type: Datadog may reject the dashboard.`,
            ...warningUnlessMisspelt(type, meant),
            ...(meant === undefined
              ? {}
              : {
                  hint: `Did you mean ${meant}?`,
                  fix: { title: `Change to ${meant}`, edits: [{ path: at, value: meant }] },
                }),
          },
        ];
      }),
  },
  {
    code: 'member_type',
    severity: 'error',
    summary: 'The value of a field has the wrong type.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: alert_value
      alert_id: ⟦895605⟧
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: alert_value
      alert_id: "895605"
`,
    *check({ parts }) {
      for (const { path, object, description, fields } of parts) {
        for (const name of Object.keys(object)) {
          const kind = fields.get(name)?.type;
          const value = object[name];
          // It is unknown how Datadog handles null.
          if (kind === undefined || value == null) continue;
          const expected = typeof kind === 'string' ? kind : 'text';
          if (!IS_TYPE[expected](value))
            yield wrongType([...path, name], value, expected, `${name} of ${description}`);
        }
      }
    },
  },
  {
    code: 'member_missing',
    severity: 'error',
    summary: 'A part of the dashboard lacks a required field.',
    bad: `title: Checkout
layout_type: ordered
template_variables:
  - ⟦prefix: env⟧
widgets: []
`,
    good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ parts, definitions }) => {
      // widget_incomplete reports widget definitions; the schema reports the dashboard and its widgets.
      const reportedElsewhere = new Set(definitions.map(({ definition }) => definition));
      return parts.values().flatMap(({ path, object, description, fields }) => {
        if (reportedElsewhere.has(object) || description === 'a dashboard' || description === 'a widget')
          return [];
        const missing = fields.required
          .filter((names) => !names.split('|').some((name) => Object.hasOwn(object, name)))
          .map((names) => names.replace(/\|.*/, ''));
        if (missing.length === 0) return [];
        return [
          {
            path,
            message: `Datadog rejects the dashboard: ${description} requires ${missing.join(' and ')}.`,
            hint: `Add ${missing.join(' and ')}.`,
            missing: missing.map((name) => [...path, name]),
          },
        ];
      });
    },
  },
  {
    code: 'misspelt_member',
    severity: 'error',
    summary: 'The name of a field is probably misspelt. It is a warning if the name is very short.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: note
      content: All is well.
      backgroud_color: ⟦yellow⟧
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: note
      content: All is well.
      background_color: yellow
`,
    check: ({ parts }) => parts.values().flatMap(misspeltFields),
  },
  {
    code: 'unknown_choice',
    severity: 'error',
    summary: 'Unknown value of a field. It is a warning if it is not within two edits of a documented one.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
          display_type: ⟦lines⟧
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
          display_type: line
`,
    *check({ parts }) {
      for (const { path, object, description, fields } of parts) {
        for (const name of Object.keys(object)) {
          const value = object[name];
          const known = typeof value === 'string' ? fields.get(name)?.type : undefined;
          if (typeof value !== 'string' || known === undefined || typeof known === 'string') continue;
          if (!known.includes(value) && !isEmptyChoice(name, value))
            yield unknownChoice([...path, name], value, known, `${name} of ${description}`);
        }
      }
    },
  },
  {
    code: 'request_empty',
    severity: 'error',
    summary: 'A request has no query.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: distribution
      requests:
        - ⟦style⟧: { palette: dog_classic }
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: distribution
      requests:
        - q: avg:system.load.1{*}
          style: { palette: dog_classic }
`,
    // Datadog accepts a hostmap with empty requests.
    check: ({ requests }) =>
      requests.values().flatMap(({ path, request, type }) =>
        type === 'hostmap' || Object.keys(request).some((name) => QUERY_FIELD.test(name))
          ? []
          : [
              {
                path,
                message: 'Datadog rejects the dashboard: this request has no query.',
                hint: 'Add q, or queries and formulas.',
              },
            ],
      ),
  },
  {
    code: 'response_format',
    severity: 'warning',
    summary: 'The response format of a request does not fit its widget.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: query_value
      requests:
        - response_format: ⟦timeseries⟧
          queries: [{ data_source: metrics, name: load, query: "avg:system.load.1{*}" }]
          formulas: [{ formula: load }]
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: query_value
      requests:
        - response_format: scalar
          queries: [{ data_source: metrics, name: load, query: "avg:system.load.1{*}" }]
          formulas: [{ formula: load }]
`,
    check: ({ requests }) =>
      requests.values().flatMap(({ path, request, type }) => {
        const expected = FORMATS.get(type);
        const actual = request['response_format'];
        if (
          expected === undefined ||
          actual === expected ||
          (actual === undefined && !Array.isArray(request['queries']))
        )
          return [];
        const at = [...path, 'response_format'];
        return [
          {
            path: actual === undefined ? [...path, 'queries'] : at,
            message: `The widget shows no data: a widget of type ${type} requires response_format ${expected}${actual === undefined ? ', and it is not set' : ''}.`,
            hint: `Use response_format ${expected}.`,
            fix: { title: `Set response_format to ${expected}`, edits: [{ path: at, value: expected }] },
          },
        ];
      }),
  },
];

function wrongType(path: Path, value: Json, expected: keyof typeof IS_TYPE, field: string): Violation {
  const fix = fixFor(path, value, expected);
  return {
    path,
    message: `Datadog rejects the dashboard: ${field} must be ${TYPE_DESCRIPTIONS[expected]}.`,
    hint: expected === 'text' && fix ? 'Put it in quotes.' : `Use ${TYPE_DESCRIPTIONS[expected]}.`,
    ...(fix === undefined ? {} : { fix }),
  };
}

function fixFor(path: Path, value: Json, expected: keyof typeof IS_TYPE): RuleFix | undefined {
  const spelling = numberText(value) ?? (typeof value === 'boolean' ? String(value) : undefined);
  if (expected === 'text' && spelling !== undefined)
    return { title: 'Put it in quotes', edits: [{ path, value: spelling }] };
  if (expected === 'flag' && (value === 'true' || value === 'false'))
    return { title: 'Remove the quotes', edits: [{ path, value: value === 'true' }] };
  return undefined;
}

function misspeltFields({ path, object, description, fields }: DashboardPart): Violation[] {
  const unknown = Object.keys(object).filter((name) => !fields.has(name));
  if (unknown.length === 0) return [];
  const unset = [...fields.keys()].filter((name) => !Object.hasOwn(object, name));
  return unknown.flatMap((name) => {
    const meant = suggestWord(name, unset);
    const value = object[name];
    if (meant === undefined || value === undefined) return [];
    return [
      {
        path: [...path, name],
        message: `"${name}" is not a field of ${description}: Datadog rejects or ignores it.`,
        ...warningUnlessMisspelt(name, meant),
        hint: `Did you mean ${meant}?`,
        fix: {
          title: `Rename to ${meant}`,
          edits: [
            { path: [...path, name], remove: true },
            { path: [...path, meant], value },
          ],
        },
      },
    ];
  });
}

function unknownChoice(path: Path, value: string, known: readonly string[], field: string): Violation {
  const meant = suggestWord(value, known);
  return {
    path,
    message: `"${value}" is not a documented value of ${field}: Datadog may reject the dashboard.`,
    ...warningUnlessMisspelt(value, meant),
    hint: meant === undefined ? `Allowed: ${known.join(', ')}.` : `Did you mean ${meant}?`,
    ...(meant === undefined ? {} : { fix: { title: `Change to ${meant}`, edits: [{ path, value: meant }] } }),
  };
}
