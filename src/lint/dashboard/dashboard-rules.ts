import type { DashboardRule } from './dashboard-view.ts';
import { aliasWithoutSeries } from './rules/alias-without-series.ts';
import { dashboardRole } from './rules/dashboard-role.ts';
import { dashboardTag } from './rules/dashboard-tag.ts';
import { defaultAndDefaults } from './rules/default-and-defaults.ts';
import { defaultNotAvailable } from './rules/default-not-available.ts';
import { defaultsEmpty } from './rules/defaults-empty.ts';
import { formulaSyntax } from './rules/formula-syntax.ts';
import { formulaUnknownQuery } from './rules/formula-unknown-query.ts';
import { groupMisplaced } from './rules/group-misplaced.ts';
import { groupOnFree } from './rules/group-on-free.ts';
import { layoutIncomplete } from './rules/layout-incomplete.ts';
import { layoutLeftOut } from './rules/layout-left-out.ts';
import { layoutMissing } from './rules/layout-missing.ts';
import { layoutOffGrid } from './rules/layout-off-grid.ts';
import { layoutWithAuto } from './rules/layout-with-auto.ts';
import { markerValue } from './rules/marker-value.ts';
import { memberMissing } from './rules/member-missing.ts';
import { memberType } from './rules/member-type.ts';
import { misspeltMember } from './rules/misspelt-member.ts';
import { notifyHandle } from './rules/notify-handle.ts';
import { presetTwice } from './rules/preset-twice.ts';
import { presetUnknownVariable } from './rules/preset-unknown-variable.ts';
import { presetValueAndValues } from './rules/preset-value-and-values.ts';
import { presetValuesEmpty } from './rules/preset-values-empty.ts';
import { presetsUnsorted } from './rules/presets-unsorted.ts';
import { queryNameTwice } from './rules/query-name-twice.ts';
import { queryUnused } from './rules/query-unused.ts';
import { queryWithoutVariable } from './rules/query-without-variable.ts';
import { reflowTypeNull } from './rules/reflow-type-null.ts';
import { reflowTypeOnFree } from './rules/reflow-type-on-free.ts';
import { requestEmpty } from './rules/request-empty.ts';
import { responseFormat } from './rules/response-format.ts';
import { rolesWithReadOnly } from './rules/roles-with-read-only.ts';
import { searchSyntax } from './rules/search-syntax.ts';
import { secretInDashboard } from './rules/secret-in-dashboard.ts';
import { sloWindow } from './rules/slo-window.ts';
import { sloWithoutId } from './rules/slo-without-id.ts';
import { tabLimits } from './rules/tab-limits.ts';
import { tabWidgetTwice } from './rules/tab-widget-twice.ts';
import { tabWidget } from './rules/tab-widget.ts';
import { titleBlank } from './rules/title-blank.ts';
import { unknownChoice } from './rules/unknown-choice.ts';
import { unknownReflowType } from './rules/unknown-reflow-type.ts';
import { unknownWidgetAggregator } from './rules/unknown-widget-aggregator.ts';
import { unknownWidgetFunction } from './rules/unknown-widget-function.ts';
import { unknownWidgetMethod } from './rules/unknown-widget-method.ts';
import { unknownWidgetType } from './rules/unknown-widget-type.ts';
import { variableTwice } from './rules/variable-twice.ts';
import { variableUndeclared } from './rules/variable-undeclared.ts';
import { variableUnused } from './rules/variable-unused.ts';
import { widgetBlank } from './rules/widget-blank.ts';
import { widgetIncomplete } from './rules/widget-incomplete.ts';
import { widgetMonitorById } from './rules/widget-monitor-by-id.ts';
import { widgetQuerySyntax } from './rules/widget-query-syntax.ts';
import { widgetUrl } from './rules/widget-url.ts';
import { widgetsOverlap } from './rules/widgets-overlap.ts';

/** Every rule about dashboards, in the order in which findings are told. */
export const DASHBOARD_RULES: readonly DashboardRule[] = [
  widgetIncomplete,
  unknownWidgetType,
  memberType,
  memberMissing,
  misspeltMember,
  unknownChoice,
  requestEmpty,
  responseFormat,
  groupMisplaced,
  groupOnFree,
  layoutMissing,
  layoutIncomplete,
  layoutWithAuto,
  layoutLeftOut,
  layoutOffGrid,
  widgetsOverlap,
  reflowTypeNull,
  unknownReflowType,
  reflowTypeOnFree,
  widgetQuerySyntax,
  unknownWidgetFunction,
  unknownWidgetMethod,
  unknownWidgetAggregator,
  searchSyntax,
  formulaSyntax,
  formulaUnknownQuery,
  queryNameTwice,
  queryUnused,
  aliasWithoutSeries,
  variableUndeclared,
  variableUnused,
  queryWithoutVariable,
  variableTwice,
  defaultAndDefaults,
  defaultsEmpty,
  defaultNotAvailable,
  presetValueAndValues,
  presetValuesEmpty,
  presetUnknownVariable,
  presetTwice,
  presetsUnsorted,
  dashboardTag,
  titleBlank,
  notifyHandle,
  rolesWithReadOnly,
  dashboardRole,
  tabLimits,
  tabWidget,
  tabWidgetTwice,
  markerValue,
  sloWindow,
  sloWithoutId,
  widgetBlank,
  widgetUrl,
  secretInDashboard,
];

/** And those about a dashboard that stands in a document. */
export const DOCUMENT_DASHBOARD_RULES: readonly DashboardRule[] = [widgetMonitorById];
