import { isPlaceholder } from '../../../domain/references.ts';
import { secretViolations } from '../../secrets.ts';
import { isObject, type Json } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { suggestWord } from '../../nearest.ts';

/** A number, with or without a unit prefix: `64K`, `1.5G`. */
const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?[kKMGTP]?$/;

/** A distribution marks percentiles by their name. */
const PERCENTILE = /^(?:p\d{1,3}(?:\.\d+)?|avg|min|max|median)$/;

/** Datadog's OpenAPI document, `WidgetTimeWindows`. */
const SLO_WINDOWS = [
  '7d',
  '30d',
  '90d',
  'week_to_date',
  'previous_week',
  'month_to_date',
  'previous_month',
  'global_time',
];

/** The field with the content of a widget, by widget type. */
const CONTENT_FIELDS: ReadonlyMap<string, string> = new Map<string, string>([
  ['note', 'content'],
  ['free_text', 'text'],
]);

const URL_WIDGETS: ReadonlySet<string> = new Set(['iframe', 'image']);

/** URLs that a browser can load: absolute, a path on Datadog's site, a data URL, or one that starts with a variable. */
const LOADABLE_URL = /^(?:https?:\/\/[^\s/]|\/[^/]|data:image\/|\$|\{\{)/i;

/** Rules about single values of widgets: markers, SLOs, URLs and secrets. */
export const WIDGET_VALUE_RULES: readonly DashboardRule[] = [
  {
    code: 'marker_value',
    severity: 'warning',
    summary: 'The value of a marker is neither a line nor a band.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
      markers: [{ value: ⟦y is 5⟧, display_type: error dashed }]
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
      markers: [{ value: y = 5, display_type: error dashed }, { value: 5 < y < 9 }]
`,
    check: ({ definitions }) =>
      definitions.values().flatMap(({ path, definition: { markers } }) => {
        if (!Array.isArray(markers)) return [];
        return markers.flatMap((marker, at) => {
          if (!isObject(marker) || typeof marker['value'] !== 'string') return [];
          const { value, display_type: displayType } = marker;
          if (displayType === 'percentile' || isLineOrBand(value) || PERCENTILE.test(value)) return [];
          return [
            {
              path: [...path, 'markers', at, 'value'],
              message: 'The marker is never drawn: its value is neither a line nor a band.',
              hint: 'Use y = 5 for a line, or 5 < y < 9 or y > 9 for a band.',
            },
          ];
        });
      }),
  },
  {
    code: 'empty_choice',
    severity: 'error',
    summary: 'A size of events is an empty string.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: event_stream
      query: source:deploys
      event_size: ⟦""⟧
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: event_stream
      query: source:deploys
      event_size: s
`,
    check: ({ parts }) =>
      parts.values().flatMap(({ path, object, fields }) =>
        Object.entries(object)
          .filter(([name, value]) => isEmptyChoice(name, value) && fields.has(name))
          .map(([name]) => ({
            path: [...path, name],
            message: `Datadog rejects the dashboard: ${name} must be s or l.`,
            hint: 'Remove it, or use s or l.',
            fix: { title: `Remove ${name}`, edits: [{ path: [...path, name], remove: true }] },
          })),
      ),
  },
  {
    code: 'slo_window',
    severity: 'warning',
    summary: 'An SLO widget uses an undocumented time window.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: slo
      view_type: detail
      slo_id: ff0d47f8ee755a4abc061fe92e9978f5
      time_windows:
        - ⟦14d⟧
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: slo
      view_type: detail
      slo_id: ff0d47f8ee755a4abc061fe92e9978f5
      time_windows:
        - 7d
`,
    check: ({ definitions }) =>
      definitions.values().flatMap(({ path, definition: { time_windows: windows }, type }) => {
        if (type !== 'slo' || !Array.isArray(windows)) return [];
        return windows.flatMap((window, at) => {
          if (typeof window !== 'string' || SLO_WINDOWS.includes(window)) return [];
          const meant = suggestWord(window, SLO_WINDOWS.slice(3));
          return [
            {
              path: [...path, 'time_windows', at],
              message: `"${window}" is not a documented SLO time window: Datadog may reject the dashboard.`,
              hint: meant === undefined ? `Allowed: ${SLO_WINDOWS.join(', ')}.` : `Did you mean ${meant}?`,
            },
          ];
        });
      }),
  },
  {
    code: 'slo_without_id',
    severity: 'warning',
    summary: 'An SLO widget has no `slo_id`.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: ⟦slo⟧
      view_type: detail
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: slo
      view_type: detail
      slo_id: ff0d47f8ee755a4abc061fe92e9978f5
`,
    check: ({ definitions }) =>
      definitions.values().flatMap(({ path, definition, type }) =>
        type !== 'slo' || (Object.hasOwn(definition, 'slo_id') && definition['slo_id'] !== '')
          ? []
          : [
              {
                path: [...path, 'type'],
                message: 'The widget is empty: slo_id is required.',
                hint: "Set slo_id to the SLO's id.",
              },
            ],
      ),
  },
  {
    code: 'widget_blank',
    severity: 'warning',
    summary: 'A note or text widget is empty.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: note
      content: ⟦""⟧
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
        const name = CONTENT_FIELDS.get(type);
        const text = name === undefined ? undefined : definition[name];
        if (name === undefined || typeof text !== 'string' || /\S/.test(text)) return [];
        return [
          {
            path: [...path, name],
            message: 'The widget shows nothing.',
            hint: `Add text to ${name}, or remove the widget.`,
          },
        ];
      }),
  },
  {
    code: 'widget_url',
    severity: 'warning',
    summary: 'The URL of an image or iframe is invalid.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: image
      url: ⟦example.com/logo.png⟧
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: image
      url: https://example.com/logo.png
`,
    check: ({ definitions }) =>
      definitions.values().flatMap(({ path, definition: { url }, type }) =>
        !URL_WIDGETS.has(type) || typeof url !== 'string' || LOADABLE_URL.test(url)
          ? []
          : [
              {
                path: [...path, 'url'],
                message: 'The widget is empty: a browser cannot load this URL.',
                hint: 'Use a full URL that starts with https://.',
              },
            ],
      ),
  },
  {
    code: 'secret_in_dashboard',
    severity: 'warning',
    summary: 'The dashboard contains a key, a token or a password.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition: { type: iframe, url: 'https://viewer:⟦Tr0ub4dor⟧@status.example.com' }
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition: { type: iframe, url: 'https://status.example.com' }
`,
    check: ({ dashboard }) => secretViolations(dashboard, 'everyone who can see the dashboard'),
  },
];

/** `y = 5`, `y > 5`, `0 < y < 10`: Datadog's OpenAPI document, `WidgetMarker`. */
function isLineOrBand(value: string): boolean {
  const [first = '', operator, second = '', below, third = '', ...more] = value
    .split(/(<=|>=|[<>=])/)
    .map((part) => part.trim());
  if (more.length > 0 || operator === undefined) return false;
  if (below === undefined) return first === 'y' && NUMBER.test(second);
  const isBand = operator.startsWith('<') && below.startsWith('<');
  return isBand && NUMBER.test(first) && second === 'y' && NUMBER.test(third);
}

/** Rules about widgets of dashboards in documents. */
export const DOCUMENT_WIDGET_RULES: readonly DashboardRule[] = [
  {
    code: 'widget_monitor_by_id',
    severity: 'warning',
    summary: 'A widget in a document references a monitor by its numeric id.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition: { type: alert_graph, viz_type: timeseries, alert_id: "⟦4711⟧" }
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition: { type: alert_graph, viz_type: timeseries, alert_id: "\${monitor:queue-depth}" }
`,
    check: ({ widgets }) =>
      widgets.values().flatMap(({ path, definition: { alert_id: id } }) => {
        if (typeof id !== 'string' || !/^\d+$/.test(id) || isPlaceholder(id)) return [];
        return [
          {
            path: [...path, 'definition', 'alert_id'],
            span: { from: 0, to: id.length },
            message: `The widget becomes empty if monitor ${id} is recreated, because a recreated monitor gets a new id.`,
            hint: 'Use ${monitor:KEY} for a monitor in this document, or ${monitor:APPLICATION/KEY} for one in another document.',
          },
        ];
      }),
  },
];

/** Returns whether a value is an empty size of events, which Datadog rejects. */
export function isEmptyChoice(name: string, value: Json): boolean {
  return name === 'event_size' && value === '';
}
