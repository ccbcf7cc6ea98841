import type { Finding } from './finding.ts';

type Severity = Finding['severity'];

/** How much is kept of what is found. */
export interface FindingLimits {
  /** Findings of one code and severity. */
  readonly maxPerCode: number;
  /** Findings in all. */
  readonly maxInAll: number;
}

/** The limits of an answer. A text of 16 MiB can be wrong in a million places. */
export const ANSWER_LIMITS: FindingLimits = { maxPerCode: 100, maxInAll: 1000 };
/** Characters of a message or hint: it may quote what a user wrote. */
const MAX_MESSAGE = 1000;
/** Characters of all that is kept, pointers and edits included: a pointer repeats the names above its place. */
const MAX_CHARACTERS = 2 ** 22;

interface Kept {
  /** How many findings were added before it. */
  readonly order: number;
  readonly finding: Finding;
}

/**
 * Collects findings up to its limits and counts the rest by severity. Errors take precedence: for an error the last warning
 * is dropped. Memory is bounded by the limits, whatever is added.
 */
export class Findings {
  readonly #limits: FindingLimits;
  readonly #kept: Readonly<Record<Severity, Kept[]>> = { error: [], warning: [] };
  readonly #rest: Record<Severity, number> = { error: 0, warning: 0 };
  readonly #perCode = new Map<string, number>();
  #summary: Finding | undefined;
  #characters = 0;
  #order = 0;

  constructor(limits: FindingLimits = ANSWER_LIMITS) {
    this.#limits = limits;
  }

  /** How many errors were added, kept or not. */
  get errors(): number {
    return this.#kept.error.length + this.#rest.error;
  }

  /** How many findings were added, kept or not. */
  get size(): number {
    return this.errors + this.#kept.warning.length + this.#rest.warning;
  }

  /** Tells whether the next finding of a code would be kept. One that would not need not be built: see `skip`. */
  hasRoom({ code, severity }: Pick<Finding, 'code' | 'severity'>): boolean {
    if ((this.#perCode.get(`${severity} ${code}`) ?? 0) >= this.#limits.maxPerCode) return false;
    if (severity === 'error' && this.#kept.warning.length > 0) return true;
    const kept = this.#kept.error.length + this.#kept.warning.length;
    return kept < this.#limits.maxInAll && this.#characters < MAX_CHARACTERS;
  }

  /** Counts findings without keeping them. */
  skip(severity: Severity, count = 1): void {
    this.#rest[severity] += count;
  }

  /** Keeps a finding, or counts it where there is no room. The summary of other findings adds its counts. */
  add(finding: Finding): void {
    if (finding.code === MORE) {
      this.#addSummary(finding);
      return;
    }
    if (!this.hasRoom(finding)) {
      this.skip(finding.severity);
      return;
    }
    const name = `${finding.severity} ${finding.code}`;
    this.#perCode.set(name, (this.#perCode.get(name) ?? 0) + 1);
    const shortened = shorten(finding);
    this.#kept[finding.severity].push({ order: this.#order, finding: shortened });
    this.#order += 1;
    this.#characters += charactersOf(shortened);
    this.#dropWarnings();
  }

  /** Adds each of several findings. */
  addAll(findings: Iterable<Finding>): void {
    for (const finding of findings) this.add(finding);
  }

  /** Returns what is kept, in the order in which it was added; `more_findings` at the end counts the rest, where there is one. */
  list(): Finding[] {
    const kept = [...this.#kept.error, ...this.#kept.warning].sort((a, b) => a.order - b.order);
    const list = kept.map(({ finding }) => finding);
    const summary = this.#rest.error + this.#rest.warning > 0 ? moreFindings(this.#rest) : this.#summary;
    if (summary) list.push(summary);
    return list;
  }

  #addSummary(summary: Finding): void {
    if (summary.rest === undefined) this.#summary = summary;
    else for (const severity of ['error', 'warning'] as const) this.skip(severity, summary.rest[severity]);
  }

  /** Makes room for errors. */
  #dropWarnings(): void {
    const { error, warning } = this.#kept;
    const isFull = () =>
      error.length + warning.length > this.#limits.maxInAll || this.#characters > MAX_CHARACTERS;
    while (isFull()) {
      const last = warning.pop();
      if (!last) return;
      this.#characters -= charactersOf(last.finding);
      this.skip('warning');
    }
  }
}

const MORE = 'more_findings';

function moreFindings(rest: Readonly<Record<Severity, number>>): Finding {
  const count = rest.error + rest.warning;
  return {
    code: MORE,
    severity: rest.error > 0 ? 'error' : 'warning',
    message: `${count} more findings are not listed: ${rest.error} errors and ${rest.warning} warnings.`,
    pointer: '',
    hint: 'Fix the listed findings, then check again.',
    rest: { ...rest },
  };
}

function shorten(finding: Finding): Finding {
  const { message, hint } = finding;
  const isShort = message.length <= MAX_MESSAGE && (hint ?? '').length <= MAX_MESSAGE;
  if (isShort) return finding;
  return { ...finding, message: cut(message), ...(hint === undefined ? {} : { hint: cut(hint) }) };
}

function cut(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE - 3)}...`;
}

function charactersOf({ message, pointer, hint = '', fix }: Finding): number {
  let characters = message.length + pointer.length + hint.length + (fix?.title.length ?? 0);
  for (const edit of fix?.edits ?? []) {
    characters += edit.pointer.length + ('text' in edit ? edit.text.length : 0);
    if ('value' in edit && typeof edit.value === 'string') characters += edit.value.length;
  }
  return characters;
}
