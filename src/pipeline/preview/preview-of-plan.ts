import { durationText } from '../../alerts/durations.ts';
import { alertFieldOf } from '../../alerts/lint-alert.ts';
import { type AlertReportJson, alertReportSchema, type PreviewJson } from '../../contract/preview-schema.ts';
import { drawPreview } from '../../dashboards/draw-preview.ts';
import { afterUpdate } from '../../diff/document-update.ts';
import type { RequestContext } from '../../domain/caller.ts';
import type { Finding } from '../../domain/finding.ts';
import { type JsonObject, textOf } from '../../domain/json.ts';
import { idOf } from '../../domain/marker.ts';
import { pointerTo } from '../../domain/pointer.ts';
import type { Steps } from '../../domain/steps.ts';
import { type Previewed, previewAlerts } from '../../preview/preview.ts';
import type { Span, Subject } from '../../preview/report.ts';
import type { QueryNote } from '../../preview/subject-evaluator.ts';
import { flatMapConcurrently } from '../../runtime/concurrency/flat-map-concurrently.ts';
import { runThrottled } from '../../runtime/concurrency/throttle.ts';
import { type DocumentPlan, entryOf, liveOf, type PlanStep, writesOf } from '../document/document-plan.ts';
import type { DocumentEntry } from '../document/read-document.ts';
import type { Ports } from '../ports.ts';
import type { PipelineRequest } from '../request.ts';

/** Maximum number of concurrent reads of the members of composites. */
const MAX_CONCURRENT_READS = 8;

/** Maximum number of images in one answer: each has up to 40 KB. */
const MAX_IMAGES = 100;

/** A preview, and the findings about the queries of the previewed alerts. */
interface PlanPreview {
  readonly preview: PreviewJson;
  readonly findings: readonly Finding[];
}

/** An alert or monitor of a plan to preview, with its entry if it has one. */
interface PlanSubject extends Subject {
  readonly entry: DocumentEntry | undefined;
}

/** Evaluates those alerts and monitors of a plan that `isPreviewed` selects, before and after the change. */
export async function previewOfPlan(
  plan: DocumentPlan,
  span: Span,
  { context, query }: Pick<PipelineRequest, 'context' | 'query'>,
  ports: Pick<Ports, 'monitor' | 'preview' | 'previewSlots' | 'timeZone'>,
  isPreviewed: (step: PlanStep) => boolean,
): Promise<PlanPreview> {
  const hasChanges = writesOf(plan).length > 0;
  const subjects = plan.steps
    .flat()
    .flatMap((step) => (isPreviewed(step) ? subjectsOf(step, hasChanges) : []));
  const own = { ...context, application: plan.application };
  const release = await ports.previewSlots.acquire(context.caller, context.deadline);
  let previewed: Previewed;
  try {
    previewed = await previewAlerts(subjects, span, {
      ports: ports.preview,
      context: own,
      timeZone: ports.timeZone,
      run: runThrottled,
      readMonitors: (ids) => readMonitors(ids, ports, own),
    });
  } finally {
    release();
  }
  const drawn = query.svg === 'true' ? MAX_IMAGES : 0;
  const alerts = await runThrottled(writing(previewed, drawn, ports.timeZone));
  const { assumptions, budget, notes } = previewed;
  const entries = new Map<Subject, DocumentEntry | undefined>(subjects.map((one) => [one, one.entry]));
  return {
    preview: {
      from: isoTime(span.from),
      to: isoTime(span.to),
      time_zone: ports.timeZone,
      alerts,
      assumptions: assumptions.map((one) => ({ ...one })),
      budget: { ...budget },
    },
    findings: notes.flatMap((note) => findingOf(note, entries.get(note.subject), span)),
  };
}

/** Reads monitors by their ids. Leaves out those that do not exist. */
export async function readMonitors(
  ids: readonly string[],
  { monitor: port }: Pick<Ports, 'monitor'>,
  context: RequestContext,
): Promise<ReadonlyMap<string, JsonObject>> {
  const read = await flatMapConcurrently(ids, MAX_CONCURRENT_READS, async (id) => {
    const monitor = await port.get(id, context);
    return monitor ? [[id, monitor] as const] : [];
  });
  return new Map(read);
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Returns the subject of a step that is about a monitor. An object that is not in the document does not change. */
function subjectsOf(step: PlanStep, hasChanges: boolean): PlanSubject[] {
  const { kind, key } = step;
  if (kind === 'dashboard' || step.action === 'clone') return [];
  const before = liveOf(step);
  const after = afterOf(step, hasChanges);
  return [
    {
      key,
      kind,
      entry: entryOf(step),
      ...(before ? { id: idOf(before), before } : {}),
      ...(after ? { after } : {}),
    },
  ];
}

function afterOf(step: PlanStep, hasChanges: boolean): JsonObject | undefined {
  if (step.action === 'create' || step.action === 'replace') return step.desired;
  if (step.action === 'update' || step.action === 'rename')
    return afterUpdate('monitor', step.live, step.desired);
  if (step.action === 'delete') return undefined;
  // A composite that does not change may behave in another way, because its members do.
  return hasChanges && step.live['type'] === 'composite' ? { ...step.live } : step.live;
}

/** Returns the reports as answered, the first of them with an image. */
function* writing({ alerts }: Previewed, maxImages: number, timeZone: string): Steps<AlertReportJson[]> {
  const written: AlertReportJson[] = [];
  for (const { report, drawing } of alerts) {
    const { key, title, after } = report;
    const definition = after ? 'after' : 'before';
    const isDrawn = drawing !== undefined && written.length < maxImages;
    const image = isDrawn ? { svg: drawPreview(drawing, { key, title, definition, timeZone }) } : {};
    written.push({ ...alertReportSchema.parse(report), ...image });
    yield;
  }
  return written;
}

const ADVICE = {
  no_points: 'Correct the name or the filter. If it reports rarely, preview a longer span.',
  groups_cut: 'Preview it with a narrower filter to see the other groups.',
} as const;

/** Returns the finding about a query, at its place in the user's text. */
function findingOf(
  { code, query: { source, text } }: QueryNote,
  entry: DocumentEntry | undefined,
  span: Span,
): Finding[] {
  if (!entry) return [];
  const length = durationText(span.to - span.from);
  const what = source === 'metrics' ? 'The metric or a tag of the filter' : 'What it searches for';
  const message =
    code === 'no_points'
      ? `${JSON.stringify(text)} has no point in the ${length} of the preview. ${what} does not exist, or does not report.`
      : `${JSON.stringify(text)} has too many groups: the preview leaves some out.`;
  const severity = code === 'no_points' ? 'error' : 'info';
  return [{ code, severity, message, hint: ADVICE[code], ...placeOf(entry, text) }];
}

function placeOf(
  { kind, pointer, object }: DocumentEntry,
  text: string,
): Pick<Finding, 'pointer' | 'at' | 'to'> {
  if (kind === 'alert') return { pointer: `${pointer}${alertFieldOf('/query')}` };
  const at = textOf(object['query']).indexOf(text);
  return { pointer: pointerTo(pointer, 'query'), ...(at > 0 ? { at, to: at + text.length } : {}) };
}
