import type { DashboardRule } from '../dashboard-view.ts';

/** Members besides `type` that a widget of each type needs: Datadog's OpenAPI document, `*WidgetDefinition`. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  alert_graph: ['alert_id', 'viz_type'],
  alert_value: ['alert_id'],
  bar_chart: ['requests'],
  change: ['requests'],
  check_status: ['check', 'grouping'],
  distribution: ['requests'],
  event_stream: ['query'],
  event_timeline: ['query'],
  free_text: ['text'],
  funnel: ['requests'],
  geomap: ['requests', 'style', 'view'],
  group: ['layout_type', 'widgets'],
  heatmap: ['requests'],
  hostmap: ['requests'],
  iframe: ['url'],
  image: ['url'],
  list_stream: ['requests'],
  manage_status: ['query'],
  note: ['content'],
  powerpack: ['powerpack_id'],
  query_table: ['requests'],
  query_value: ['requests'],
  run_workflow: ['workflow_id'],
  scatterplot: ['requests'],
  servicemap: ['filters', 'service'],
  slo: ['view_type'],
  split_group: ['size', 'source_widget_definition', 'split_config'],
  sunburst: ['requests'],
  timeseries: ['requests'],
  toplist: ['requests'],
  topology_map: ['requests'],
  trace_service: ['env', 'service', 'span_name'],
  treemap: ['requests'],
  wildcard: ['requests', 'specification'],
};

export const widgetIncomplete: DashboardRule = {
  code: 'widget_incomplete',
  severity: 'error',
  summary: 'A widget lacks a member that its type needs.',
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
  check: ({ widgets }) =>
    widgets.flatMap(({ path, definition, type }) => {
      const missing = (NEEDED[type] ?? []).filter((name) => !Object.hasOwn(definition, name));
      if (missing.length === 0) return [];
      return [
        {
          path: [...path, 'definition', 'type'],
          message: `Datadog refuses the dashboard: a widget of type ${type} needs ${missing.join(' and ')}.`,
          hint: `Add ${missing.join(' and ')} to the widget's definition.`,
        },
      ];
    }),
};
