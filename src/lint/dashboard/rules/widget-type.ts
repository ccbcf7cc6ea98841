import type { JsonObject } from '../../../domain/json.ts';
import { warningUnlessMisspelt } from '../../known/typo.ts';
import { suggestWord } from '../../nearest.ts';
import type { DashboardPart } from '../dashboard-parts.ts';
import type { DashboardRule, DashboardView } from '../dashboard-view.ts';
import { choiceText, type Misfit, widgetMisfits } from '../widget-types.ts';

/**
 * Rules about the fields of widgets, from the table of types that tools/widget-types.ts generates from Datadog's own client.
 * The rules of `widget.ts` come first: what they check is not reported again.
 */
export const WIDGET_TYPE_RULES: readonly DashboardRule[] = [
  {
    code: 'widget_field_type',
    severity: 'error',
    summary: "A value in a widget has another type than in Datadog's API.",
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: toplist
      requests: [{ q: "avg:system.load.1{*} by {host}" }]
      custom_links:
        - { label: Runbook, link: ⟦5⟧ }
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: toplist
      requests: [{ q: "avg:system.load.1{*} by {host}" }]
      custom_links:
        - { label: Runbook, link: "https://example.com/runbook" }
`,
    check: (view) =>
      unreported(view, 'type').map(({ path, field, expected }) => ({
        path,
        message: `Datadog rejects the dashboard: ${field} must be ${expected.join()}.`,
        hint: `Use ${expected.join()}.`,
      })),
  },
  {
    code: 'widget_field_missing',
    severity: 'error',
    summary: "A part of a widget lacks a field that Datadog's API requires.",
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: geomap
      requests: [{ q: "avg:system.load.1{*} by {country}" }]
      style: ⟦palette: hostmap_blues⟧
      view: { focus: WORLD }
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: geomap
      requests: [{ q: "avg:system.load.1{*} by {country}" }]
      style: { palette: hostmap_blues, palette_flip: false }
      view: { focus: WORLD }
`,
    check: (view) =>
      Map.groupBy(unreported(view, 'missing'), ({ parent }) => parent)
        .values()
        .flatMap((misfits) => {
          const names = misfits.map(({ field }) => field).join(' and ');
          const message = `Datadog rejects the dashboard: this part of a widget requires ${names}.`;
          const missing = misfits.map(({ path, field }) => [...path, field]);
          return misfits.slice(0, 1).map(({ path }) => ({ path, message, hint: `Add ${names}.`, missing }));
        }),
  },
  {
    code: 'widget_field_value',
    severity: 'error',
    summary:
      "A value in a widget is not one of the values of Datadog's API. It is a warning if it is not within two edits of one.",
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: sunburst
      requests: [{ q: "avg:system.load.1{*} by {host}" }]
      legend: { type: ⟦tabel⟧ }
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: sunburst
      requests: [{ q: "avg:system.load.1{*} by {host}" }]
      legend: { type: table }
`,
    check: (view) =>
      unreported(view, 'value').map(({ path, field, value, expected }) => {
        const meant = suggestWord(choiceText(value), expected);
        return {
          path,
          message: `"${choiceText(value)}" is not a known value of ${field}.`,
          ...warningUnlessMisspelt(choiceText(value), meant),
          hint: meant === undefined ? `Use one of ${expected.join(', ')}.` : `Did you mean ${meant}?`,
          ...(meant === undefined
            ? {}
            : { fix: { title: `Change to ${meant}`, edits: [{ path, value: meant }] } }),
        };
      }),
  },
];

/** Fields whose values have rules of their own. */
const REPORTED_ELSEWHERE: ReadonlySet<string> = new Set(['time_windows', 'event_size']);

/** Yields the misfits of one kind that no other rule reports. */
function* unreported({ definitions, parts }: DashboardView, kind: Misfit['kind']): Generator<Misfit> {
  const byObject = new Map<JsonObject, DashboardPart>(parts.values().map((part) => [part.object, part]));
  const whole = new Set(definitions.map(({ definition }) => definition));
  for (const { definition, path } of definitions)
    for (const misfit of widgetMisfits(definition, path)) {
      if (misfit.kind !== kind || (typeof misfit.value === 'string' && REPORTED_ELSEWHERE.has(misfit.field)))
        continue;
      if (misfit.field === 'type' && kind === 'value' && whole.has(misfit.parent) && misfit.value !== '')
        continue;
      if (!isChecked(misfit, byObject.get(misfit.parent))) yield misfit;
    }
}

/** Returns whether the rules about parts of dashboards check the same fact. */
function isChecked({ kind, path, field }: Misfit, part: DashboardPart | undefined): boolean {
  if (part === undefined) return false;
  if (kind === 'missing') return part.fields.required.some((names) => names.split('|').includes(field));
  const type = part.fields.get(field)?.type;
  if (type === undefined || path.length !== part.path.length + 1) return false;
  return typeof type === 'string' ? kind === 'type' && type !== 'any' : true;
}
