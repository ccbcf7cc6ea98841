import { largest } from '../../domain/append.ts';
import type { Change, PlanAction } from '../../domain/plan.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseMessage } from '../../language/message/parse-message.ts';
import { allParts } from '../../language/message/walk-message.ts';
import type { FileDocument } from '../documents/documents.ts';
import type { PlanAnswer, PlannedEntry } from '../client/plan-answer.ts';
import type { Planned } from '../documents/plan-documents.ts';
import { hiddenText } from '../documents/shown-findings.ts';
import { countsOf, summaryOf } from './plan-summary.ts';
import { authorText, fieldName, plainNumber } from './print-change.ts';
import { printPlan } from './print-plan.ts';
import type { Paint, Style } from './report.ts';
import { visible } from './visible.ts';

/** The signs at the start of a line that GitHub and GitLab color in a block of the language `diff`. */
const PREFIXES: ReadonlyMap<Style, string> = new Map<Style, string>([
  ['added', '+'],
  ['removed', '-'],
  ['changed', '!'],
  ['lost', '!'],
]);
/** Comes before a sign and the text that has it. Text of users has no control characters. */
const MARK = '\u0001';
const marked: Paint = (style, text) => `${MARK}${PREFIXES.get(style) ?? ' '}${text}`;

/** Moves the first sign of each line to its start. */
function diffLines(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const [before = '', ...parts] = line.split(MARK);
      const sign = parts[0]?.charAt(0) ?? ' ';
      const shown = `${before}${parts.map((part) => part.slice(1)).join('')}`;
      return `${sign}${sign === ' ' ? shown : shown.replace(/^( +)[+~!-](?= )/, '$1 ')}`.trimEnd();
    })
    .join('\n');
}

/** Formats plans for reviewers, such as a pull request comment: changes for on-call first, then every field. */
export function plansMarkdown(planned: readonly Planned[]): string {
  return planned.map((one) => `${one.plan ? planMarkdown(one) : failureMarkdown(one)}\n`).join('\n');
}

function failureMarkdown({ name, failure }: Extract<Planned, { plan?: undefined }>): string {
  return `## ${codeSpan(name)}: no plan\n\n${codeBlock(failure.text, '')}`;
}

function planMarkdown({ name, document, plan }: Extract<Planned, { failure?: undefined }>): string {
  const shown = plan.objects.filter(({ action }) => action !== 'none' && action !== 'clone');
  const rows = shown.map((object) => ({ object, wanted: wantedFor(object, document) }));
  const oncall = rows.filter(({ object }) => object.kind !== 'dashboard');
  const dashboards = rows.filter(({ object }) => object.kind === 'dashboard');
  return [
    `## ${codeSpan(plan.application)}: ${summaryOf(countsOf(plan.objects), plan.findings)}`,
    ...findings(plan),
    ...table(
      'For on-call',
      ['', 'monitor', 'alerting changes', 'recipients'],
      oncall.map(({ object, wanted }) => [
        ACTIONS[object.action],
        title(object, wanted),
        alertingChanges(object, wanted),
        recipientChanges(object, wanted),
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
    ...(shown.length === 0
      ? []
      : [
          `<details><summary>Every field</summary>\n\n${codeBlock(diffLines(printPlan(name, plan, document, marked)), 'diff')}\n\n</details>`,
        ]),
  ].join('\n\n');
}

const ACTIONS: Readonly<Record<PlanAction, string>> = {
  create: 'new',
  update: 'changed',
  rename: 'renamed',
  replace: '**replaced, its id is lost**',
  delete: '**deleted**',
  extra: 'not in the document',
  none: '',
  clone: '',
};

function wantedFor({ kind, key }: PlannedEntry, { read }: FileDocument): JsonObject | undefined {
  return read.entries.find((one) => one.kind === kind && one.key === key)?.object;
}

function findings(plan: PlanAnswer): string[] {
  const hidden = hiddenText(plan.hidden);
  const lines = [
    ...plan.findings.map(
      ({ severity, message, line, code }) =>
        `- ${severity}, line ${line}: ${codeSpan(message)} (${codeSpan(code)})`,
    ),
    ...(hidden === undefined ? [] : [`- ${hidden}`]),
  ];
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function table(heading: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return [
    `### ${heading}\n\n${[tableRow(head), tableRow(head.map(() => '---')), ...rows.map(tableRow)].join('\n')}`,
  ];
}

function dashboardChange(object: PlannedEntry, wanted: JsonObject | undefined): string {
  const { action, changes } = object;
  if (action === 'extra') return 'none: not in the document, but kept';
  const widgets = wanted?.['widgets'];
  if (action === 'create' && Array.isArray(widgets))
    return [`${widgets.length} ${widgets.length === 1 ? 'widget' : 'widgets'}`, ...undone(object)].join(
      '<br>',
    );
  return [fieldsOf(changes), ...undone(object)].filter((part) => part !== '').join('<br>');
}

/** Returns the name and key of an object, with a link to its page in Datadog if it exists. */
function title({ key, kind, url }: PlannedEntry, wanted: JsonObject | undefined): string {
  const name = wanted?.[kind === 'dashboard' ? 'title' : 'name'];
  const shown = typeof name === 'string' ? `${codeSpan(name)} (${codeSpan(key)})` : codeSpan(key);
  return url !== undefined && /^https?:\/\/[\w./:-]+$/.test(url) ? `${shown} [↗](${url})` : shown;
}

/** Fields that decide when a monitor alerts. Recipients have a separate column. */
const ALERTING = /^\/(?:type|query|options|priority)(?:\/|$)/;

function alertingChanges(object: PlannedEntry, wanted: JsonObject | undefined): string {
  return [alertingFields(object, wanted), ...undone(object)].join('<br>');
}

/** Says whose change of which fields a plan undoes, and when it was made. */
function undone({ action, changes, changed_by: by, changed_at: at }: PlannedEntry): string[] {
  if (by === undefined) return [];
  const author = codeSpan(authorText(by, at));
  if (action === 'create') return [`**undoes** the deletion by ${author}`];
  if (action === 'delete') return [`**undoes** changes by ${author}`];
  const authors = Map.groupBy(
    changes.filter((change) => change.changed_by !== undefined),
    ({ changed_by = '', changed_at }) => authorText(changed_by, changed_at),
  );
  return [...authors].map(
    ([name, list]) => `**undoes** the change of ${fieldsOf(list)} by ${codeSpan(name)}`,
  );
}

function alertingFields({ action, changes }: PlannedEntry, wanted: JsonObject | undefined): string {
  if (action === 'delete') return 'no longer alerts';
  if (action === 'extra') return 'none: not in the document, but kept';
  if (action === 'create') return `alerts when ${codeSpan(textOf(wanted?.['query']))}`;
  const alerting = changes.filter(({ path }) => ALERTING.test(path));
  const others = changes.filter(({ path }) => !ALERTING.test(path));
  if (alerting.length > 0) return [...alerting.map(fieldChange), ...otherFields(others)].join('<br>');
  return ['none', ...otherFields(others)].join('<br>');
}

function otherFields(changes: readonly Change[]): string[] {
  return changes.length === 0 ? [] : [`other fields: ${fieldsOf(changes)}`];
}

function fieldChange({ path, from, to }: Change): string {
  const field = codeSpan(fieldName(path));
  if (from === undefined) return `${field}: now ${codeSpan(textOf(to))}`;
  if (to === undefined) return `${field}: no longer ${codeSpan(textOf(from))}`;
  return `${field}: ${codeSpan(textOf(from))} → ${codeSpan(textOf(to))}`;
}

/** Maximum number of field names in a cell. */
const MAX_FIELDS = 8;

function fieldsOf(changes: readonly Change[]): string {
  const names = [...new Set(changes.map(({ path }) => fieldName(path)))];
  const shown = names.slice(0, MAX_FIELDS).map(codeSpan).join(', ');
  const more = names.length - MAX_FIELDS;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Longer values are truncated; "Every field" shows them in full. */
const MAX_VALUE_LENGTH = 200;

function textOf(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : (plainNumber(value) ?? JSON.stringify(value ?? null));
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}

function recipientChanges({ action, changes }: PlannedEntry, wanted: JsonObject | undefined): string {
  if (action === 'delete') return 'no longer notifies anyone';
  const now = handlesIn(wanted?.['message']);
  const message = changes.find(({ path }) => path === '/message');
  const before = message ? handlesIn(message.from) : now;
  const removed = before.filter((handle) => !now.includes(handle));
  const added = now.filter((handle) => !before.includes(handle));
  const kept = now.filter((handle) => before.includes(handle));
  const parts = [
    ...kept.map(codeSpan),
    ...added.map((handle) => `**now** ${codeSpan(handle)}`),
    ...removed.map((handle) => `**no longer** ${codeSpan(handle)}`),
  ];
  return parts.length > 0 ? parts.join('<br>') : action === 'extra' ? '' : '**nobody**';
}

/** Returns the distinct recipients of a message. */
function handlesIn(message: Json | undefined): string[] {
  if (typeof message !== 'string') return [];
  const handles = allParts(parseMessage(message).parts).flatMap((part) =>
    part.kind === 'handle' ? [`@${part.name}`] : [],
  );
  return [...new Set(handles)];
}

/** Characters that may have a meaning in Markdown or HTML. */
const SPECIAL = /[^A-Za-z0-9 .,:;/()%=?'"{}+-]/gu;

/**
 * Returns any text as inline code that contains no Markdown table, mention, link or HTML tag. Markdown code spans cannot hold
 * every text within a table, so the result is HTML with entities.
 */
export function codeSpan(text: string): string {
  const shown = visible(text.replace(/\r\n|\r|\n/g, '⏎'));
  return `<code>${shown.replace(SPECIAL, (char) => (char > '\x7f' ? char : `&#${char.charCodeAt(0)};`))}</code>`;
}

/** Returns a row of a table. Cells are trusted Markdown; pass other text through `codeSpan` first. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Returns text in a fenced code block whose fence no line of the text can close. */
export function codeBlock(text: string, language: string): string {
  const longest = largest([2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)]);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
