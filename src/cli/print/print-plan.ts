import type { JsonObject } from '../../domain/json.ts';
import type { DocumentEntry } from '../../pipeline/document/read-document.ts';
import type { Change, PlanAction } from '../../domain/plan.ts';
import { pointerTo } from '../../domain/pointer.ts';
import type { FileDocument } from '../documents/documents.ts';
import type { PlanAnswer, PlannedEntry } from '../client/plan-answer.ts';
import type { Planned } from '../documents/plan-documents.ts';
import { reportOf } from '../documents/preview-documents.ts';
import { hiddenText } from '../documents/shown-findings.ts';
import { countsOf, summaryOf } from './plan-summary.ts';
import { authorText, changeLines } from './print-change.ts';
import { type PreviewStyle, printPreview } from './print-preview.ts';
import { printFindings } from './print-text.ts';
import type { Paint, Style } from './report.ts';
import { visible } from './visible.ts';

const MARKS: Readonly<Record<Exclude<PlanAction, 'none'>, readonly [sign: string, Style]>> = {
  create: ['+', 'added'],
  update: ['~', 'changed'],
  rename: ['>', 'changed'],
  replace: ['!', 'lost'],
  delete: ['-', 'removed'],
  extra: ['?', 'warning'],
  clone: ['=', 'aside'],
};

/** Formats a plan for people: the action on each object, field by field, then a summary. */
export function printPlan(
  name: string,
  plan: PlanAnswer,
  { read }: { readonly read: Pick<FileDocument['read'], 'entries'> },
  paint: Paint,
): string {
  const route = plan.route === 'unlisted' ? 'not listed in every catalog' : plan.route;
  const head = `${paint('place', visible(`${name}: ${plan.application}`))} ${paint('aside', `(${visible(route)})`)}\n`;
  const blocks = plan.objects.flatMap((object) => {
    const wanted = read.entries.find(({ kind, key }) => kind === object.kind && key === object.key);
    return objectLines(object, wanted, paint);
  });
  const summary = `  ${summaryOf(countsOf(plan.objects), plan.findings)}.\n`;
  const hidden = hiddenText(plan.hidden);
  const rest = hidden === undefined ? '' : `  ${paint('aside', `${hidden}.`)}\n`;
  return `${head}${blocks.map((lines) => `${lines.join('\n')}\n`).join('')}${rest}${summary}`;
}

function objectLines(
  object: PlannedEntry,
  wanted: Pick<DocumentEntry, 'object' | 'fromAlerts'> | undefined,
  paint: Paint,
): string[][] {
  const { action, kind, key, url } = object;
  if (action === 'none') return [];
  const [sign, style] = MARKS[action];
  const where = url === undefined ? '' : ` ${paint('aside', visible(url))}`;
  const source = wanted?.fromAlerts ? `  ${paint('aside', 'generated from the alerts')}` : '';
  const title = `  ${paint(style, `${sign} ${kind} ${visible(key)}`)}${actionNote(object, paint)}${source}${where}`;
  const changes = action === 'create' ? addedFields(object.after ?? wanted?.object ?? {}) : object.changes;
  return [[title, ...changes.flatMap((change) => changeLines(change, paint, '      '))]];
}

/** Explains an action: which id is lost, and who created an object that is not in the document. */
function actionNote(
  { action, id = '', origin, renamed_from: from = '', changed_by: by, changed_at: at }: PlannedEntry,
  paint: Paint,
): string {
  const author = by === undefined ? '' : visible(authorText(by, at));
  const details = [
    typeof origin?.['created'] === 'string' ? ` on ${origin['created'].slice(0, 10)}` : '',
    typeof origin?.['by'] === 'string' ? ` by ${origin['by']}` : '',
  ].join('');
  const created = details === '' ? '' : visible(`, created${details}`);
  const changed = author === '' ? '' : `, ${paint('warning', `changed by ${author}`)}`;
  if (action === 'rename') return `  renamed from ${visible(from)}; the id stays`;
  if (action === 'replace') return `  ${paint('lost', `replaced: the id ${visible(id)} is lost`)}`;
  if (action === 'delete') return `  ${paint('lost', `the id ${visible(id)} is lost`)}${created}${changed}`;
  if (action === 'create' && author !== '')
    return `  ${paint('warning', `deleted in Datadog by ${author}; it gets a new id`)}`;
  if (action === 'extra') return `  is not in the document${created}; pass --prune to delete it`;
  if (action === 'clone') return `  is a clone with the same marker${created}; it is never changed`;
  return '';
}

/** Returns the fields of a new object as added fields. */
function addedFields(wanted: JsonObject): Change[] {
  return Object.entries(wanted).map(([name, to]) => ({ path: pointerTo('', name), to }));
}

/** Formats plans for people, each after the findings of its document. */
export function printPlans(planned: readonly Planned[], paint: Paint, style?: PreviewStyle): string {
  return planned
    .flatMap(({ name, document, plan }) => {
      if (!plan) return [];
      const { findings } = plan;
      const report = findings.length === 0 ? '' : `${printFindings({ ...document.file, findings }, paint)}\n`;
      const preview = plan.preview ? `\n${printPreview(reportOf(plan.preview), paint, style)}` : '';
      return [`${report}${printPlan(name, plan, document, paint)}${preview}`];
    })
    .join('\n');
}
