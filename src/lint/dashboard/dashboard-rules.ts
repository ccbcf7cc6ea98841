import type { DashboardRule } from './dashboard-view.ts';
import { widgetIncomplete } from './rules/widget-incomplete.ts';

/** Every rule about dashboards, in the order in which findings are told. */
export const DASHBOARD_RULES: readonly DashboardRule[] = [widgetIncomplete];
