import { type FieldTable, fieldTable } from './field-table.ts';

const TITLE = 'type:text title:text title_size:text title_align:center|left|right description:text';
const COMMON = `${TITLE} time:object custom_links:list`;
const ALIGN = 'text_align:center|left|right';
const PLOT = 'legend_size:text markers:list show_legend:flag xaxis:object yaxis:object';

/** The fields of each widget type: Datadog's OpenAPI document, `*WidgetDefinition`. */
const DEFINITIONS = {
  alert_graph: `${COMMON} alert_id!:text viz_type!:timeseries|toplist`,
  alert_value: `${TITLE} alert_id!:text precision:number ${ALIGN} unit:text`,
  bar_chart: `${COMMON} requests!:list style:object`,
  change: `${COMMON} requests!:list`,
  check_status: `${COMMON} check!:text group:text group_by:list grouping!:check|cluster tags:list`,
  cohort: `${COMMON} requests!:list`,
  distribution: `${COMMON} ${PLOT} requests!:list`,
  embedded_app: `${COMMON} app_id:text inputs:list template_id:text`,
  event_stream: `${COMMON} event_size:s|l query!:text tags_execution:text`,
  event_timeline: `${COMMON} query!:text tags_execution:text`,
  free_text: `type:text background_color:text color:text font_size:text text!:text ${ALIGN}`,
  funnel: `${COMMON} grouped_display:any requests!:list`,
  geomap: `${COMMON} requests!:list style!:object view!:object`,
  group: `type:text title:text title_align:center|left|right background_color:text banner_img:text layout_type!:(ordered) reflow_type:any template_variables:any show_title:flag widgets!:list`,
  heatmap: `${COMMON} ${PLOT} events:list requests!:list`,
  hostmap: `${COMMON} group:list no_group_hosts:flag no_metric_hosts:flag node_type:host|container notes:text requests!:object scope:list style:object`,
  iframe: 'type:text url!:text',
  image: `type:text has_background:flag has_border:flag horizontal_align:center|left|right margin:sm|md|lg|small|large sizing:fill|contain|cover|none|scale-down|zoom|fit|center url!:text url_dark_theme:text vertical_align:center|top|bottom`,
  list_stream: `${COMMON} legend_size:text requests!:list show_legend:flag`,
  log_stream: `${COMMON} columns:list indexes:list logset:text message_display:inline|expanded-md|expanded-lg query:text show_date_column:flag show_message_column:flag sort:object`,
  manage_status: `${TITLE} color_preference:background|text count:number display_format:counts|countsAndList|list hide_zero_counts:flag query!:text show_last_triggered:flag last_triggered_format:text show_priority:flag show_status:flag sort:name|group|status|tags|triggered|group,asc|group,desc|name,asc|name,desc|status,asc|status,desc|tags,asc|tags,desc|triggered,asc|triggered,desc|priority,asc|priority,desc start:number summary_type:monitors|groups|combined`,
  note: `type:text title:text background_color:text content!:text font_size:text has_padding:flag show_tick:flag ${ALIGN} tick_edge:bottom|left|right|top tick_pos:text vertical_align:center|top|bottom`,
  point_plot: `${COMMON} legend:object markers:list requests!:list yaxis:object`,
  powerpack:
    'type:text title:text background_color:text banner_img:text powerpack_id!:text show_title:flag template_variables:object',
  query_table: `${COMMON} has_search_bar:always|never|auto requests!:list`,
  query_value: `${COMMON} autoscale:flag custom_unit:text precision:number requests!:list ${ALIGN} timeseries_background:object`,
  retention_curve: `${COMMON} requests!:list`,
  run_workflow: `${COMMON} inputs:list workflow_id!:text`,
  sankey: `${COMMON} requests!:list show_other_links:flag sort_nodes:flag`,
  scatterplot: `${COMMON} color_by_groups:list requests!:object xaxis:object yaxis:object`,
  servicemap: `${COMMON} filters!:list service!:text`,
  slo: `${TITLE} additional_query_filters:text global_time_target:text show_error_budget:flag slo_id:text time_windows:list view_mode:overall|component|both view_type!:text`,
  slo_list: `${TITLE} requests!:list`,
  split_group: `type:text title:text time:object has_uniform_y_axes:flag size!:xs|sm|md|lg source_widget_definition!:object split_config!:object`,
  sunburst: `${COMMON} hide_total:flag legend:object requests!:list`,
  timeseries: `${COMMON} ${PLOT} events:list legend_columns:list legend_layout:auto|horizontal|vertical requests!:list right_yaxis:object`,
  toplist: `${COMMON} requests!:list style:object`,
  topology_map: `${COMMON} requests!:list`,
  trace_service: `${COMMON} display_format:one_column|two_column|three_column env!:text service!:text show_breakdown:flag show_distribution:flag show_errors:flag show_hits:flag show_latency:flag show_resource_list:flag size_format:small|medium|large span_name!:text`,
  treemap: `${COMMON} color_by:any group_by:any requests!:list size_by:any`,
  wildcard: `${COMMON} requests!:list specification!:object`,
};

/** Each widget type with its fields. */
export const WIDGETS: ReadonlyMap<string, FieldTable> = new Map(
  Object.entries(DEFINITIONS).map(([type, members]) => [type, fieldTable(members)]),
);
/** Known widget types, including one that Datadog exports but does not document; its fields are not checked. */
export const WIDGET_TYPES: ReadonlySet<string> = new Set([...WIDGETS.keys(), 'custom']);

/** The fields of the objects in dashboards and widgets: Datadog's OpenAPI document. */
export const OBJECTS = {
  dashboard: fieldTable(
    'title!:any description:any widgets!:any layout_type!:any reflow_type:any template_variables:list',
    'template_variable_presets:list notify_list:texts is_read_only:flag restricted_roles:list tags:any tabs:list',
    'default_timeframe:object pause_auto_refresh:flag id:any url:any author_handle:any author_name:any',
    'created_at:any modified_at:any deleted_at:any experience_type:any',
  ),
  widget: fieldTable('id:any definition!:any layout:any'),
  layout: fieldTable('x:any y:any width:any height:any is_column_break:flag'),
  request: fieldTable(
    'q:text queries:list formulas:list query:any search:any response_format:timeseries|scalar|event_list',
    'apm_query:object apm_stats_query:object audit_query:object event_query:object log_query:object',
    'network_query:object process_query:object profile_metrics_query:object rum_query:object',
    'security_query:object display_type:area|bars|line|overlay|adjacent_bars style:object metadata:list',
    'on_right_yaxis:flag conditional_formats:list aggregator:avg|last|max|min|sum|percentile alias:text',
    'change_type:absolute|relative compare_to:hour_before|day_before|week_before|month_before',
    'increase_good:flag order_by:change|name|present|past order_dir:asc|desc show_present:flag',
    'order:asc|desc limit:any sort:any columns:list text_formats:list cell_display_mode:any',
    'projection:object comparison:object request_type:text',
  ),
  query: fieldTable(
    'name:text data_source:text query:any aggregator:avg|min|max|sum|last|mean|area|l2norm|percentile',
    'semantic_mode:combined|native compute:any search:any indexes:any group_by:any storage:any metric:any',
    'stat:any service:any env:any operation_name:any resource_name:any resource_hash:any limit:any sort:any',
    'cross_org_uuids:any slo_id:any measure:any group_mode:any slo_query_type:any filters:any',
  ),
  listQuery: fieldTable(
    'data_source:text query_string:text event_size:s|l indexes:list storage:text sort:object',
  ),
  formula: fieldTable(
    'formula!:text alias:text limit:object style:object conditional_formats:list cell_display_mode:any',
    'number_format:object cell_display_mode_options:object dimension:any',
  ),
  limit: fieldTable('count:number order:asc|desc'),
  conditionalFormat: fieldTable(
    'comparator:=|>|>=|<|<= value:number metric:text timeframe:text hide_value:flag image_url:text type:any',
    'custom_bg_color:text custom_fg_color:text',
    'palette:blue|custom_bg|custom_image|custom_text|gray_on_white|grey|green|orange|red|red_on_white|white_on_gray|white_on_green|green_on_white|white_on_red|white_on_yellow|yellow_on_white|black_on_light_yellow|black_on_light_green|black_on_light_red',
  ),
  marker: fieldTable('value!:text display_type:text label:text time:text'),
  time: fieldTable(
    'live_span:1m|5m|10m|15m|30m|1h|4h|1d|2d|1w|1mo|3mo|6mo|1y|week_to_date|month_to_date|alert',
    'type:text offset:any unit:minute|hour|day|week|month|year value:number from:number to:number',
    'hide_incomplete_cost_data:flag',
  ),
  axis: fieldTable('include_zero:flag label:text min:any max:any scale:text num_buckets:number'),
  style: fieldTable(
    'palette:text line_type:dashed|dotted|solid line_width:normal|thick|thin order_by:tags|values',
  ),
  variable: fieldTable('name!:text prefix:text default:text defaults:texts available_values:texts type:text'),
  preset: fieldTable('name:text template_variables:list'),
  presetVariable: fieldTable('name:text value:text values:texts'),
  tab: fieldTable('id:text name!:text widget_ids:list'),
} as const satisfies Readonly<Record<string, FieldTable>>;

/** The fields of a query by data source, with the required ones: Datadog's OpenAPI document, `FormulaAndFunction*QueryDefinition`. */
const QUERY_FIELDS: ReadonlyMap<string, FieldTable> = new Map(
  [
    ['metrics cloud_cost', 'query'],
    ['process container', 'metric'],
    ['slo', 'slo_id measure'],
    [
      'logs spans network rum security_signals profiles audit events ci_tests ci_pipelines incident_analytics ' +
        'product_analytics on_call_events',
      'compute',
    ],
  ].flatMap(([sources = '', required = '']) => {
    const fields = Object.assign(new Map(OBJECTS.query), { required: required.split(' ') });
    return sources.split(' ').map((source) => [source, fields] as const);
  }),
);

/** Returns the fields of a query of this data source. */
export function queryFields(source: string): FieldTable {
  return QUERY_FIELDS.get(source) ?? OBJECTS.query;
}

/** The searches of older requests. Datadog rejects one without `compute`: "not valid under any of the given schemas". */
export const SEARCH_FIELDS: readonly string[] =
  'apm_query audit_query log_query network_query profile_metrics_query rum_query security_query'.split(' ');
export const SEARCH_QUERY: FieldTable = Object.assign(
  new Map(fieldTable('index:any search:any group_by:any compute:any multi_compute:any')),
  { required: ['compute|multi_compute'] },
);
