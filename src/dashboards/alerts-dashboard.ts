import { type Json, type JsonObject, toNumber } from '../domain/json.ts';
import { parseMessage } from '../language/message/parse-message.ts';
import { allParts } from '../language/message/walk-message.ts';
import { alertWidget, monitorStates, type ShownAlert, titleOf } from './alert-widget.ts';
import { type Graph, SCOPE, variablesOf, type Variables, withVariables } from './graph.ts';

/** An alert with its widget, and what the note says about it. */
export interface AlertOnDashboard {
  readonly alert: ShownAlert;
  readonly graph: Graph;
  readonly runbook: string | undefined;
  readonly recipients: readonly string[];
}

/** Reads the monitor of an alert: what its widget shows, its runbook and its recipients. */
export function readShownAlert(alert: ShownAlert): AlertOnDashboard {
  const message = typeof alert.monitor['message'] === 'string' ? alert.monitor['message'] : '';
  const handles = allParts(parseMessage(message).parts).flatMap((part) =>
    part.kind === 'handle' && part.variables.length === 0 ? [`@${part.name}`] : [],
  );
  return {
    alert,
    graph: alertWidget(alert),
    runbook: /^Runbook: (https?:\/\/\S+)$/m.exec(message)?.[1],
    recipients: [...new Set(handles)],
  };
}

/** The columns and rows of Datadog's grid that a widget takes. All 12 columns are three alerts. */
const COLUMNS = 12;
const ALERT = { width: 4, height: 3 } as const;
const STATUS_HEIGHT = 4;
const ALERTS_PER_ROW = COLUMNS / ALERT.width;
/** Lines of the note that fit into one row of the grid. */
const LINES_PER_ROW = 3;
const MAX_NOTE_HEIGHT = 30;

interface Owner {
  readonly application: string;
  readonly team: string | undefined;
}

/**
 * Returns a dashboard of the alerts of an application, in their order: the states of its monitors, one widget for each alert
 * with its thresholds, and a note with owners and runbooks. An alert that is added at the end moves no other one. `written` are
 * fields that replace those of the generated dashboard.
 */
export function alertsDashboard(
  { application, team }: Owner,
  alerts: readonly AlertOnDashboard[],
  written: JsonObject,
): JsonObject {
  const variables = variablesOf(alerts.map(({ graph }) => graph));
  const rows = Math.ceil(alerts.length / ALERTS_PER_ROW);
  const states = {
    definition: {
      title: 'Status',
      ...monitorStates({ application }),
    },
    layout: { x: 0, y: 0, width: COLUMNS, height: STATUS_HEIGHT },
  };
  const graphs = alerts.map((one, at) => ({
    definition: definitionOf(one, variables),
    layout: {
      x: (at % ALERTS_PER_ROW) * ALERT.width,
      y: STATUS_HEIGHT + Math.floor(at / ALERTS_PER_ROW) * ALERT.height,
      ...ALERT,
    },
  }));
  const lines = noteLines(team, alerts);
  const note = {
    definition: { type: 'note', content: lines.join('\n'), background_color: 'white' },
    layout: {
      x: 0,
      y: STATUS_HEIGHT + rows * ALERT.height,
      width: COLUMNS,
      height: Math.min(MAX_NOTE_HEIGHT, Math.ceil(lines.length / LINES_PER_ROW) + 1),
    },
  };
  return {
    title: `${application} alerts`,
    description: `Generated from the alerts of ${application}. Change the alerts instead of this dashboard.`,
    ...written,
    layout_type: 'ordered',
    reflow_type: 'fixed',
    template_variables: templateVariables(alerts, variables),
    widgets: [states, ...graphs, note],
  };
}

function definitionOf({ alert, graph, runbook }: AlertOnDashboard, variables: Variables): JsonObject {
  const { definition, queries, request } = graph;
  const title = titleOf(alert);
  if (queries.length === 0) return { title, ...definition };
  const links = [
    { label: 'Alert', link: monitorLink(alert) },
    ...(runbook === undefined ? [] : [{ label: 'Runbook', link: runbook }]),
  ];
  const requests = [
    { ...request, queries: queries.map((query) => query.request(withVariables(query, variables))) },
  ];
  return { title, ...definition, show_legend: true, legend_layout: 'auto', requests, custom_links: links };
}

/** The page of an alert's monitor in Datadog's app. Its id is known when the dashboard is applied. */
function monitorLink({ key }: ShownAlert): string {
  return `/monitors/\${monitor:${key}}`;
}

function templateVariables(alerts: readonly AlertOnDashboard[], variables: Variables): Json[] {
  const hasScope = alerts.some(({ graph }) => graph.queries.some(({ scope }) => scope.length > 0));
  return [
    ...[...variables].map(([name, value]) => ({ name, prefix: name, defaults: [value] })),
    ...(hasScope ? [{ name: SCOPE, defaults: ['*'] }] : []),
  ];
}

function noteLines(team: string | undefined, alerts: readonly AlertOnDashboard[]): string[] {
  return [
    `**Team:** ${team === undefined ? 'unknown' : markdown(team)}`,
    '',
    ...alerts.map(({ alert, runbook, recipients }) => {
      const priority = toNumber(alert.monitor['priority']);
      const details = [
        ...(priority === undefined ? [] : [`P${priority}`]),
        ...recipients.map((name) => `\`${name.replaceAll('`', '')}\``),
        ...(runbook === undefined ? [] : [`[runbook](${runbook.replaceAll(/[()]/g, encodeParenthesis)})`]),
      ];
      const name = `[${markdown(titleOf(alert))}](${monitorLink(alert)})`;
      return `- ${name}${details.length === 0 ? '' : `: ${details.join(', ')}`}`;
    }),
  ];
}

function encodeParenthesis(sign: string): string {
  return sign === '(' ? '%28' : '%29';
}

/** Escapes a text for Markdown, on one line. */
function markdown(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]()<>#|~]/g, (sign) => `\\${sign}`);
}

/** The fields of a dashboard that are generated. A document can only have others beside `from`. */
export const GENERATED_FIELDS: ReadonlySet<string> = new Set([
  'layout_type',
  'reflow_type',
  'template_variables',
  'widgets',
]);

/** Returns whether a dashboard of a document is to be generated. Other dashboards have no field of this name. */
export function isGenerated(dashboard: JsonObject): boolean {
  return Object.hasOwn(dashboard, 'from');
}
