import { isPlaceholder } from '../../../domain/references.ts';
import { secretHits } from '../../secrets.ts';
import { isObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { meantWord } from '../../meant-word.ts';

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** A distribution marks percentiles by their name. */
const PERCENTILE = /^(?:p\d{1,3}(?:\.\d+)?|avg|min|max|median)$/;

/** Datadog's OpenAPI document, `WidgetTimeWindows`. */
const WINDOWS = [
  '7d',
  '30d',
  '90d',
  'week_to_date',
  'previous_week',
  'month_to_date',
  'previous_month',
  'global_time',
];

/** The text that a widget of a type is there to show. */
const TEXTS: ReadonlyMap<string, string> = new Map<string, string>([
  ['note', 'content'],
  ['free_text', 'text'],
]);

const TYPES: ReadonlySet<string> = new Set(['iframe', 'image']);

/** What a browser loads: an address, a path on Datadog's own site, an image in the text, or one that a variable begins. */
const LOADED = /^(?:https?:\/\/[^\s/]|\/[^/]|data:image\/|\$|\{\{)/i;

/** Single values within widgets: markers, SLOs, links, secrets. */
export const WIDGET_VALUE_RULES: readonly DashboardRule[] = [
  {
    code: 'marker_value',
    severity: 'warning',
    summary: 'The value of a marker says no line and no band.',
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
          const { value, display_type: shown } = marker;
          if (shown === 'percentile' || isLineOrBand(value) || PERCENTILE.test(value)) return [];
          return [
            {
              path: [...path, 'markers', at, 'value'],
              message: 'The marker is never drawn: its value says no line and no band.',
              hint: 'Write a line as y = 5, a band as 5 < y < 9 or y > 9.',
            },
          ];
        });
      }),
  },
  {
    code: 'slo_window',
    severity: 'warning',
    summary: 'An SLO widget shows a window of time that Datadog does not document.',
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
          if (typeof window !== 'string' || WINDOWS.includes(window)) return [];
          const meant = meantWord(window, WINDOWS.slice(3));
          return [
            {
              path: [...path, 'time_windows', at],
              message: `Datadog documents no window "${window}" of an SLO: it refuses the dashboard where it does not know it.`,
              hint: meant === undefined ? `Known are ${WINDOWS.join(', ')}.` : `Did you mean ${meant}?`,
            },
          ];
        });
      }),
  },
  {
    code: 'slo_without_id',
    severity: 'warning',
    summary: 'An SLO widget names no SLO.',
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
                message: 'The widget stays empty: no SLO is named.',
                hint: "Give the SLO's id as slo_id.",
              },
            ],
      ),
  },
  {
    code: 'widget_blank',
    severity: 'warning',
    summary: 'A note or text has nothing in it.',
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
        const name = TEXTS.get(type);
        const text = name === undefined ? undefined : definition[name];
        if (name === undefined || typeof text !== 'string' || /\S/.test(text)) return [];
        return [
          {
            path: [...path, name],
            message: 'The widget shows nothing.',
            hint: `Write something into ${name}, or leave the widget out.`,
          },
        ];
      }),
  },
  {
    code: 'widget_url',
    severity: 'warning',
    summary: 'The address of an image or frame is none that a browser loads.',
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
        !TYPES.has(type) || typeof url !== 'string' || LOADED.test(url)
          ? []
          : [
              {
                path: [...path, 'url'],
                message: 'The widget stays empty: a browser loads nothing from this address.',
                hint: 'Give a whole address, beginning with https://.',
              },
            ],
      ),
  },
  {
    code: 'secret_in_dashboard',
    severity: 'warning',
    summary: 'The dashboard holds a key, a token or a password.',
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
    check: ({ dashboard }) => secretHits(dashboard, 'whoever sees the dashboard'),
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

/** Widgets of dashboards in documents. */
export const DOCUMENT_WIDGET_RULES: readonly DashboardRule[] = [
  {
    code: 'widget_monitor_by_id',
    severity: 'warning',
    summary: 'A widget in a document names a monitor by its number.',
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
            message: `The widget is empty when monitor ${id} is made anew, for then it has another number.`,
            hint: 'Write ${monitor:KEY} for a monitor of this document, ${monitor:APPLICATION/KEY} for one of another.',
          },
        ];
      }),
  },
];
