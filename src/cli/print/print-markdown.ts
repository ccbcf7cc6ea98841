import type { Change, PlanAction } from '../../domain/plan.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseMessage } from '../../language/message/parse-message.ts';
import { allParts } from '../../language/message/walk-message.ts';
import type { FileDocument } from '../documents/documents.ts';
import { codeBlock, codeSpan, tableRow } from './markdown.ts';
import type { PlanAnswer, PlannedEntry } from '../client/plan-answer.ts';
import type { Planned } from '../documents/plan-documents.ts';
import { countsOf, summaryOf } from './plan-summary.ts';
import { fieldName, plainNumber } from './print-change.ts';
import { printPlan } from './print-plan.ts';
import type { Paint } from './report.ts';

const plain: Paint = (_style, text) => text;

/** Plans for a reviewer, as a comment of a pull request shows them: what changes for on-call first, every field below. */
export function plansMarkdown(planned: readonly Planned[]): string {
  return planned.map((one) => `${one.plan ? planMarkdown(one) : failureMarkdown(one)}\n`).join('\n');
}

function failureMarkdown({ name, failure }: Extract<Planned, { plan?: undefined }>): string {
  return `## ${codeSpan(name)}: no plan\n\n${codeBlock(failure.said, '')}`;
}

function planMarkdown({ name, document, plan }: Extract<Planned, { failure?: undefined }>): string {
  const touched = plan.objects.filter(({ action }) => action !== 'none' && action !== 'clone');
  const told = touched.map((object) => ({ object, wanted: wantedFor(object, document) }));
  const oncall = told.filter(({ object }) => object.kind !== 'dashboard');
  const dashboards = told.filter(({ object }) => object.kind === 'dashboard');
  return [
    `## ${codeSpan(plan.application)}: ${summaryOf(countsOf(plan.objects))}`,
    ...findings(plan),
    ...table(
      'For on-call',
      ['', 'monitor', 'what alerts differently', 'who is told'],
      oncall.map(({ object, wanted }) => [
        ACTIONS[object.action],
        title(object, wanted),
        alertsDifferently(object, wanted),
        whoIsTold(object, wanted),
      ]),
    ),
    ...table(
      'Dashboards',
      ['', 'dashboard', 'what changes'],
      dashboards.map(({ object, wanted }) => [
        ACTIONS[object.action],
        title(object, wanted),
        dashboardChange(object, wanted),
      ]),
    ),
    ...(touched.length === 0
      ? []
      : [
          `<details><summary>Every field</summary>\n\n${codeBlock(printPlan(name, plan, document, plain), 'diff')}\n\n</details>`,
        ]),
  ].join('\n\n');
}

const ACTIONS: Readonly<Record<PlanAction, string>> = {
  create: 'new',
  update: 'changed',
  replace: '**made anew, its id is lost**',
  delete: '**deleted**',
  extra: 'left over',
  none: '',
  clone: '',
};

function wantedFor({ kind, key }: PlannedEntry, { read }: FileDocument): JsonObject | undefined {
  return read.wanted.find((one) => one.kind === kind && one.key === key)?.object;
}

function findings(plan: PlanAnswer): string[] {
  if (plan.findings.length === 0) return [];
  return [
    plan.findings
      .map(
        ({ severity, message, line, code }) =>
          `- ${severity}, line ${line}: ${codeSpan(message)} (${codeSpan(code)})`,
      )
      .join('\n'),
  ];
}

function table(heading: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return [
    `### ${heading}\n\n${[tableRow(head), tableRow(head.map(() => '---')), ...rows.map(tableRow)].join('\n')}`,
  ];
}

function dashboardChange({ action, changes }: PlannedEntry, wanted: JsonObject | undefined): string {
  if (action === 'extra') return 'nothing: it is not in the document, and stays';
  const widgets = wanted?.['widgets'];
  if (action === 'create' && Array.isArray(widgets)) return `${widgets.length} widgets`;
  return fieldsOf(changes);
}

/** Its name, and its page where it has one. */
function title({ key, kind, url }: PlannedEntry, wanted: JsonObject | undefined): string {
  const name = wanted?.[kind === 'dashboard' ? 'title' : 'name'];
  const shown = typeof name === 'string' ? `${codeSpan(name)} (${codeSpan(key)})` : codeSpan(key);
  return url !== undefined && /^https?:\/\/[\w./:-]+$/.test(url) ? `${shown} [↗](${url})` : shown;
}

/** Fields of a monitor that say when it alerts; who is told has a column of its own. */
const ALERTING = /^\/(?:type|query|options|priority)(?:\/|$)/;

function alertsDifferently({ action, changes }: PlannedEntry, wanted: JsonObject | undefined): string {
  if (action === 'delete') return 'nothing alerts any more';
  if (action === 'extra') return 'nothing: it is not in the document, and stays';
  if (action === 'create') return `alerts when ${codeSpan(textOf(wanted?.['query']))}`;
  const alerting = changes.filter(({ path }) => ALERTING.test(path));
  const others = changes.filter(({ path }) => !ALERTING.test(path));
  if (alerting.length > 0) return [...alerting.map(fieldChange), ...aside(others)].join('<br>');
  return ['nothing', ...aside(others)].join('<br>');
}

function aside(changes: readonly Change[]): string[] {
  return changes.length === 0 ? [] : [`besides: ${fieldsOf(changes)}`];
}

function fieldChange({ path, from, to }: Change): string {
  const field = codeSpan(fieldName(path));
  if (from === undefined) return `${field}: now ${codeSpan(textOf(to))}`;
  if (to === undefined) return `${field}: no longer ${codeSpan(textOf(from))}`;
  return `${field}: ${codeSpan(textOf(from))} → ${codeSpan(textOf(to))}`;
}

/** Of so many fields the names are told. */
const MOST_FIELDS = 8;

function fieldsOf(changes: readonly Change[]): string {
  const names = [...new Set(changes.map(({ path }) => fieldName(path)))];
  const shown = names.slice(0, MOST_FIELDS).map(codeSpan).join(', ');
  const more = names.length - MOST_FIELDS;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Longer values are cut: the whole is below. */
const LONGEST = 200;

function textOf(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : (plainNumber(value) ?? JSON.stringify(value ?? null));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function whoIsTold({ action, changes }: PlannedEntry, wanted: JsonObject | undefined): string {
  if (action === 'delete') return 'nobody any more';
  const now = handlesIn(wanted?.['message']);
  const message = changes.find(({ path }) => path === '/message');
  const before = message ? handlesIn(message.from) : now;
  const gone = before.filter((handle) => !now.includes(handle));
  const come = now.filter((handle) => !before.includes(handle));
  const kept = now.filter((handle) => before.includes(handle));
  const told = [
    ...kept.map(codeSpan),
    ...come.map((handle) => `**now** ${codeSpan(handle)}`),
    ...gone.map((handle) => `**no longer** ${codeSpan(handle)}`),
  ];
  return told.length > 0 ? told.join('<br>') : action === 'extra' ? '' : '**nobody**';
}

/** Whom a message tells, each once. */
function handlesIn(message: Json | undefined): string[] {
  if (typeof message !== 'string') return [];
  const handles = allParts(parseMessage(message).parts).flatMap((part) =>
    part.kind === 'handle' ? [`@${part.name}`] : [],
  );
  return [...new Set(handles)];
}
