import { alertFieldOf } from '../alerts/lint-alert.ts';
import { type Finding, partOf } from '../domain/finding.ts';
import { Findings, shortenPointer } from '../domain/findings.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Decoded } from '../format/decoded.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { inWrittenText, withWrittenFix, type WrittenBody } from './expanded-body.ts';
import type { DocumentEntry } from './document/read-document.ts';
import { MONITOR_OPTIONS, THRESHOLDS } from '../domain/datadog-fields.ts';

type Located = Pick<Decoded, 'locate'> & WrittenBody;

/** Returns the findings of an answer, within its limits. Adds the line and column in the user's text to those that are returned. */
export function answerFindings(findings: Iterable<Finding>, body: Located | undefined): Finding[] {
  const kept = new Findings();
  kept.addAll(findings);
  return inWrittenText(
    kept.list().map((finding) => withPosition(finding, body)),
    body,
  ).map(
    ({
      at: _,
      atName: __,
      to: ___,
      rest: ____,
      missing: _____,
      reads: ______,
      isWritten: _______,
      ...finding
    }) => shortenPointer(finding),
  );
}

function withPosition(finding: Finding, body: Located | undefined): Finding {
  if (!body || finding.line !== undefined) return finding;
  return { ...withWrittenFix(finding, body), ...body.locate(finding.pointer, partOf(finding)) };
}

/** Throws `invalid` with all findings if one of them is an error. `members` are further fields of that answer. */
export function refuseErrors(
  findings: readonly Finding[],
  body: Located | undefined,
  members: Readonly<Record<string, unknown>> = {},
): void {
  const kept = new Findings();
  kept.addAll(findings);
  if (kept.errors === 0) return;
  const located = answerFindings(kept.list(), body);
  const first = located.find(({ severity }) => severity === 'error');
  if (!first) return;
  const where = first.line === undefined ? '' : ` (line ${first.line}, column ${first.column})`;
  const more = kept.errors > 1 ? ` And ${kept.errors - 1} more.` : '';
  throw new ProblemError('invalid', `${first.message}${where}${more}`, { findings: located, members });
}

/** Returns an error handler that adds lines and columns to the findings of a problem and throws it again. */
export function addPositions(body: Located | undefined): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProblemError) || !error.extras.findings) throw error;
    const findings = answerFindings(error.extras.findings, body);
    throw new ProblemError(error.code, error.message, { ...error.extras, findings });
  };
}

/** The path of each option that Datadog's messages name. */
const OPTION_PATHS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...[...MONITOR_OPTIONS].map((name) => [name, ['options', name]] as const),
  ...[...THRESHOLDS].map((name) => [name, ['options', 'thresholds', name]] as const),
  ...['evaluation_window', 'custom_schedule'].map(
    (name) => [name, ['options', 'scheduling_options', name]] as const,
  ),
  ...['trigger_window', 'recovery_window'].map(
    (name) => [name, ['options', 'threshold_windows', name]] as const,
  ),
]);

/** Maps messages to the field that they are about. */
type FieldsByMessage = readonly { message: RegExp; steps: (match: RegExpExecArray) => string[] }[];

/** Messages that quote the field or its position. They are more exact than the name of an option. */
const QUOTED_FIELDS: FieldsByMessage = [
  {
    message:
      /widget definition at position (\d{1,5})(?:.{0,99}?inner widget definition at position (\d{1,5}))?/i,
    steps: ([, outer = '', inner]) => [
      'widgets',
      outer,
      ...(inner === undefined ? [] : ['definition', 'widgets', inner]),
    ],
  },
  { message: /parameter '(\w+)'/, steps: (m) => [m[1] ?? ''] },
  { message: /^'(\w+)' (?:value|is|must|cannot|should)/, steps: (m) => [m[1] ?? ''] },
];

/** Messages that describe the field. */
const DESCRIBED_FIELDS: FieldsByMessage = [
  {
    message: /trigger window monitor option/,
    steps: () => ['options', 'threshold_windows', 'trigger_window'],
  },
  {
    message: /^(?:Alert|Warning|Recovery) (?:threshold|status)|threshold/i,
    steps: () => ['options', 'thresholds'],
  },
  { message: /\bquery\b/i, steps: () => ['query'] },
  { message: /\btags?\b/i, steps: () => ['tags'] },
];

/**
 * Adds a finding to a `datadog_refused` problem that points to the rejected field, if Datadog's message names it. For an
 * alert it points to the field that the rejected field of its monitor is compiled from.
 */
export function locateRejection(
  { kind, pointer: object }: Pick<DocumentEntry, 'kind' | 'pointer'>,
  body: Decoded | undefined,
): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ProblemError) || error.code !== 'datadog_refused') throw error;
    const pointer = rejectedPointer(kind, object, error.message);
    throw new ProblemError('datadog_refused', error.message, {
      ...error.extras,
      findings: [
        {
          code: 'datadog_refused',
          severity: 'error',
          message: error.message,
          pointer,
          ...body?.locate(pointer),
        },
      ],
    });
  };
}

/** Returns the pointer of the field that Datadog's message names; for an alert, of the field that it is compiled from. */
export function rejectedPointer(kind: ManagedKind, pointer: Pointer, message: string): Pointer {
  const field = pointerTo('', ...fieldNamedIn(kind, message));
  return `${pointer}${kind === 'alert' ? alertFieldOf(field) : field}`;
}

function fieldNamedIn(kind: ManagedKind, message: string): string[] {
  const option = kind === 'dashboard' ? undefined : optionNamedIn(message);
  return fieldMatching(QUOTED_FIELDS, message) ?? option ?? fieldMatching(DESCRIBED_FIELDS, message) ?? [];
}

function fieldMatching(fields: FieldsByMessage, message: string): string[] | undefined {
  for (const { message: pattern, steps } of fields) {
    const match = pattern.exec(message);
    if (match) return steps(match);
  }
  return undefined;
}

function optionNamedIn(message: string): string[] | undefined {
  for (const word of message.split(/[^a-z_]/)) {
    const path = OPTION_PATHS.get(word);
    if (path) return [...path];
  }
  return undefined;
}
