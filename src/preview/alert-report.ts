import type { Finding } from '../domain/finding.ts';
import type { Steps } from '../domain/steps.ts';
import type { Composite, Condition, Refusal } from '../evaluate/condition.ts';
import type { Evaluation, NoticeOptions } from '../evaluate/evaluate.ts';
import type { Windows } from '../evaluate/window-values.ts';
import { agreementOf, type StateChange } from './agreement.ts';
import { type Drawing, drawingOf } from './drawing.ts';
import { everyOf, computingFigures, isReachable, type ReportContext } from './figures.ts';
import type { AlertReport, Outcome, Subject } from './report.ts';
import { sweeping } from './sweep.ts';

/** A definition that was evaluated, or why it was not. */
export type Definition =
  | Refusal
  | {
      readonly kind: 'evaluated';
      readonly read: Condition | Composite;
      readonly evaluation: Evaluation;
      /** Undefined for a composite. */
      readonly windows?: Windows;
      readonly notices?: NoticeOptions;
    };

/** What is known about one subject in the span. */
export interface AlertFacts {
  readonly subject: Subject;
  readonly before?: Definition;
  readonly after?: Definition;
  /** The real transitions in the span; undefined if they are not known. */
  readonly real?: readonly StateChange[];
  readonly findings: readonly Finding[];
}

export interface ReportedAlert {
  readonly report: AlertReport;
  readonly drawing?: Drawing;
}

/** Computes the report about one alert, and what a picture of it shows: the new definition, or the old one of a deleted alert. */
export function* reporting(
  { subject, before, after, real, findings }: AlertFacts,
  context: ReportContext,
): Steps<ReportedAlert> {
  const { key, kind, id } = subject;
  const shown = after ?? before;
  const name = (subject.after ?? subject.before)?.name;
  const outcomes = {
    ...(before ? { before: yield* figuring(before, context) } : {}),
    ...(after ? { after: yield* figuring(after, context) } : {}),
  };
  return {
    report: {
      key,
      kind,
      ...(id === undefined ? {} : { id }),
      title: typeof name === 'string' ? name : key,
      ...outcomes,
      ...(shown?.kind === 'evaluated' &&
      shown.read.kind === 'condition' &&
      isReachable(shown.read.states.thresholds.critical) &&
      shown.windows
        ? { sweep: yield* sweeping(shown.read, shown.windows, context.span, shown.notices) }
        : {}),
      ...(before?.kind === 'evaluated' && real ? { agreement: compare(before, real) } : {}),
      findings,
    },
    ...(shown?.kind === 'evaluated' ? { drawing: drawingOf(shown.read, shown.evaluation, context) } : {}),
  };
}

/** Yields, so that other work can run, and computes the outcome of a definition. */
function* figuring(definition: Definition, context: ReportContext): Steps<Outcome> {
  yield;
  if (definition.kind === 'evaluated')
    return yield* computingFigures(definition.read, definition.evaluation, context);
  return { refused: { code: definition.code, message: definition.message } };
}

function compare(
  { read, evaluation, notices }: Definition & { kind: 'evaluated' },
  real: readonly StateChange[],
) {
  const downtimes = notices?.downtimes ?? [];
  return agreementOf(real, evaluation.transitions, everyOf(read), ({ at, group }) =>
    downtimes.some(({ start, end, covers }) => start <= at && at < end && (covers?.(group) ?? true)),
  );
}
