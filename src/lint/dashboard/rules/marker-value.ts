import { isObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;
/** A distribution marks percentiles by their name. */
const PERCENTILE = /^(?:p\d{1,3}(?:\.\d+)?|avg|min|max|median)$/;

export const markerValue: DashboardRule = {
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
};

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
