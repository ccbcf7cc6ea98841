import type { Finding, Severity } from './finding.ts';

/** From the most to the least important. */
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/** Limits on the findings that are kept. */
export interface FindingLimits {
  /** Maximum number of findings of one code and severity. */
  readonly maxPerCode: number;
  /** Maximum number of findings in total. */
  readonly maxInAll: number;
}

/** The limits of a response. A text of 16 MiB can have a million mistakes. */
export const ANSWER_LIMITS: FindingLimits = { maxPerCode: 100, maxInAll: 1000 };
/** Maximum length of a message or hint, which may quote the user's text. */
const MAX_MESSAGE = 1000;
/** Maximum number of characters of all kept findings, including pointers and edits. */
const MAX_CHARACTERS = 2 ** 22;

interface Kept {
  /** The number of findings added before it. */
  readonly order: number;
  readonly finding: Finding;
}

/**
 * Collects findings up to its limits and counts the rest by severity. A finding displaces the last one that is
 * less important: first infos, then warnings. The limits bound the memory.
 */
export class Findings {
  readonly #limits: FindingLimits;
  readonly #kept: Readonly<Record<Severity, Kept[]>> = { error: [], warning: [], info: [] };
  readonly #rest: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  readonly #perCode = new Map<string, number>();
  #summary: Finding | undefined;
  #characters = 0;
  #order = 0;

  constructor(limits: FindingLimits = ANSWER_LIMITS) {
    this.#limits = limits;
  }

  /** The number of added errors, whether kept or only counted. */
  get errors(): number {
    return this.#kept.error.length + this.#rest.error;
  }

  /** The number of added findings, whether kept or only counted. */
  get size(): number {
    return this.#keptCount + this.#rest.error + this.#rest.warning + this.#rest.info;
  }

  /** Returns whether the next finding of a code would be kept. If not, the caller can call `skip` instead of building it. */
  accepts({ code, severity }: Pick<Finding, 'code' | 'severity'>): boolean {
    if ((this.#perCode.get(`${severity} ${code}`) ?? 0) >= this.#limits.maxPerCode) return false;
    if (this.#lessImportant(severity) !== undefined) return true;
    return this.#keptCount < this.#limits.maxInAll && this.#characters < MAX_CHARACTERS;
  }

  /** Counts findings without keeping them. */
  skip(severity: Severity, count = 1): void {
    this.#rest[severity] += count;
  }

  /** Keeps a finding, or only counts it if a limit is reached. A `more_findings` summary adds its counts. */
  add(finding: Finding): void {
    if (finding.code === MORE) {
      this.#addSummary(finding);
      return;
    }
    if (!this.accepts(finding)) {
      this.skip(finding.severity);
      return;
    }
    const name = `${finding.severity} ${finding.code}`;
    this.#perCode.set(name, (this.#perCode.get(name) ?? 0) + 1);
    const shortened = shorten(finding);
    this.#kept[finding.severity].push({ order: this.#order, finding: shortened });
    this.#order += 1;
    this.#characters += charactersOf(shortened);
    this.#dropLessImportant();
  }

  /** Adds each of several findings. */
  addAll(findings: Iterable<Finding>): void {
    for (const finding of findings) this.add(finding);
  }

  /** Returns the kept findings in the order of addition, followed by `more_findings` if there are more. */
  list(): Finding[] {
    const kept = SEVERITIES.flatMap((severity) => this.#kept[severity]).sort((a, b) => a.order - b.order);
    const list = kept.map(({ finding }) => finding);
    const summary = SEVERITIES.some((severity) => this.#rest[severity] > 0)
      ? moreFindings(this.#rest)
      : this.#summary;
    if (summary) list.push(summary);
    return list;
  }

  #addSummary(summary: Finding): void {
    if (summary.rest === undefined) this.#summary = summary;
    else for (const severity of SEVERITIES) this.skip(severity, summary.rest[severity]);
  }

  get #keptCount(): number {
    return this.#kept.error.length + this.#kept.warning.length + this.#kept.info.length;
  }

  /** Returns the least important severity below another one that has kept findings. */
  #lessImportant(than: Severity): Severity | undefined {
    const below = SEVERITIES.slice(SEVERITIES.indexOf(than) + 1);
    return below.findLast((severity) => this.#kept[severity].length > 0);
  }

  /** Drops the last findings below errors until the limits hold. */
  #dropLessImportant(): void {
    while (this.#keptCount > this.#limits.maxInAll || this.#characters > MAX_CHARACTERS) {
      const severity = this.#lessImportant('error');
      const last = severity && this.#kept[severity].pop();
      if (!severity || !last) return;
      this.#characters -= charactersOf(last.finding);
      this.skip(severity);
    }
  }
}

const MORE = 'more_findings';

function moreFindings(rest: Readonly<Record<Severity, number>>): Finding {
  const count = rest.error + rest.warning + rest.info;
  const infos = rest.info > 0 ? `, and ${rest.info} infos` : '';
  return {
    code: MORE,
    severity: SEVERITIES.find((severity) => rest[severity] > 0) ?? 'warning',
    message: `${count} more findings are not listed: ${rest.error} errors and ${rest.warning} warnings${infos}.`,
    pointer: '',
    hint: 'Fix the listed findings, then check again.',
    rest: { ...rest },
  };
}

/** Shortens the message and hint of a finding, which may quote the user's text. */
export function shorten(finding: Finding): Finding {
  const { message, hint } = finding;
  const isShort = message.length <= MAX_MESSAGE && (hint ?? '').length <= MAX_MESSAGE;
  if (isShort) return finding;
  return {
    ...finding,
    message: shortenText(message),
    ...(hint === undefined ? {} : { hint: shortenText(hint) }),
  };
}

/**
 * Shortens the pointer of a finding whose line and column are known to its nearest parent with at most 1,000 characters: names
 * in a body can have a million.
 */
export function shortenPointer(finding: Finding): Finding {
  const { pointer, line } = finding;
  if (line === undefined || pointer.length <= MAX_MESSAGE) return finding;
  return { ...finding, pointer: pointer.slice(0, Math.max(0, pointer.lastIndexOf('/', MAX_MESSAGE))) };
}

/** Cuts a long text in the middle, because a sentence begins with what is wrong and ends with why, or the reverse. */
export function shortenText(text: string, max = MAX_MESSAGE): string {
  if (text.length <= max) return text;
  const half = Math.floor((max - 3) / 2);
  return `${text.slice(0, max - 3 - half)}...${text.slice(-half)}`;
}

function charactersOf({ message, pointer, hint = '', fix, missing = [], reads = [] }: Finding): number {
  let characters = message.length + pointer.length + hint.length + (fix?.title.length ?? 0);
  for (const edit of fix?.edits ?? []) {
    characters += edit.pointer.length + ('text' in edit ? edit.text.length : 0);
    if ('value' in edit && typeof edit.value === 'string') characters += edit.value.length;
  }
  for (const field of [...missing, ...reads]) characters += field.length;
  return characters;
}
