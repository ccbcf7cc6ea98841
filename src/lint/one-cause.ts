import type { Finding, Severity } from '../domain/finding.ts';
import type { Pointer } from '../domain/pointer.ts';

/** Codes about a value that cannot be used, best first. Other findings at the same pointer follow from it. */
const UNUSABLE: readonly string[] = ['member_type', 'invalid_option', 'widget_field_type', 'wrong_value'];

/** Further codes about a value that other rules read. Findings of those rules follow from it, as `READS` lists them. */
const UNREADABLE: ReadonlySet<string> = new Set([
  'query_syntax',
  'widget_query_syntax',
  'formula_syntax',
  'unknown_type',
  'variable_incomplete',
]);

/** Codes about a misspelt field. Their fix removes the field and sets the intended one. */
const MISSPELT: ReadonlySet<string> = new Set([
  'misspelt_member',
  'unknown_member',
  'unknown_field',
  'unknown_option',
  'unknown_threshold',
]);

/** A monitor, an alert or a dashboard; or one request of a widget. */
type Scope = 'object' | 'request';

/** A code that makes another one superfluous: in the same object or request, or at the same pointer. */
interface Pair {
  readonly cause: string;
  readonly effect: string;
  readonly within: Scope | 'pointer';
}

const PAIRS: readonly Pair[] = [
  { cause: 'widget_query_syntax', effect: 'query_without_variable', within: 'pointer' },
  { cause: 'response_format', effect: 'unknown_choice', within: 'pointer' },
  { cause: 'missing_member', effect: 'widget_field_missing', within: 'pointer' },
  { cause: 'widget_field_missing', effect: 'request_empty', within: 'pointer' },
  { cause: 'anomaly_window', effect: 'threshold_windows', within: 'pointer' },
  { cause: 'method_arguments', effect: 'rollup_without_measure', within: 'pointer' },
  { cause: 'unknown_method', effect: 'method_missing', within: 'pointer' },
  { cause: 'unknown_block', effect: 'message_syntax', within: 'pointer' },
  { cause: 'unknown_function', effect: 'threshold_windows_unused', within: 'object' },
  { cause: 'data_of_another_type', effect: 'formula_variable_unused', within: 'object' },
  { cause: 'recovery_without_limit', effect: 'renotify_status_unreached', within: 'object' },
  { cause: 'reflow_type_null', effect: 'layout_left_out', within: 'object' },
  { cause: 'renotify_occurrences', effect: 'never_renotified', within: 'object' },
  // A query and the formula that shows it have different names.
  { cause: 'formula_unknown_query', effect: 'query_unused', within: 'request' },
  { cause: 'formula_variable_undeclared', effect: 'formula_variable_unused', within: 'object' },
];

/** The fields that the findings of a code follow from, below the object or request. `-` is a new element of a list; empty means any field. */
interface Reads {
  readonly within: Scope;
  readonly fields: readonly string[];
}

const reads = (within: Scope, codes: readonly string[], fields: readonly string[]) =>
  codes.map((code): [string, Reads] => [
    code,
    { within, fields: fields.map((field) => (field === '' ? '' : `/${field}`)) },
  ]);

const READS: ReadonlyMap<string, Reads> = new Map([
  ...reads('object', ['no_key', 'key_from_name'], ['title', 'name']),
  ...reads('object', ['critical_missing', 'recovery_without_limit'], ['options/thresholds']),
  ...reads('object', ['threshold_windows', 'anomaly_window'], ['options/threshold_windows']),
  ...reads('object', ['evaluation_window_missing'], ['options/scheduling_options']),
  ...reads('object', ['formula_variable_undeclared', 'formula_variable_unused'], ['options/variables']),
  ...reads('object', ['evaluation_delay_missing'], ['options/evaluation_delay']),
  ...reads('object', ['renotify_occurrences', 'never_renotified'], ['options/renotify_interval']),
  ...reads('object', ['no_data_timeframe'], ['options/notify_no_data']),
  ...reads('object', ['custom_schedule_needs'], ['options/on_missing_data']),
  ...reads('object', ['unknown_variable'], ['type']),
  ...reads('object', ['ungrouped_variable'], ['query', 'type']),
  ...reads('object', ['variable_undeclared', 'preset_unknown_variable'], ['template_variables']),
  ...reads('object', ['variable_unused'], ['widgets/-']),
  ...reads('request', ['formula_unknown_query'], ['queries']),
  ...reads('request', ['query_unused'], ['queries', 'formulas']),
  ...reads('request', ['response_format'], ['queries', 'response_format']),
  ...reads('request', ['request_empty'], ['']),
]);

/** Codes whose findings with the same message, in one object or request, have one cause, such as a missing declaration. */
const ONCE: ReadonlyMap<string, Scope> = new Map([
  ['variable_undeclared', 'object'],
  ['preset_unknown_variable', 'object'],
  ['formula_variable_undeclared', 'object'],
  ['ungrouped_variable', 'object'],
  ['formula_unknown_query', 'request'],
]);

/** Maximum number of findings that can be a cause. It bounds the work. */
const MAX_CAUSES = 1000;
/** Causes at longer pointers are not compared. */
const MAX_POINTER = 1000;

const RANKS: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

/**
 * Drops findings that follow from another one, so that one mistake has one finding: a misspelt field is not reported as
 * missing too. No error is lost: if a dropped finding is more severe, the one that remains gets its severity and message.
 */
export function oneFindingPerCause(findings: readonly Finding[]): Finding[] {
  const causes = new Causes(findings);
  const worst = new Map<Finding, Finding>();
  const kept = findings.filter((finding) => {
    const cause = causes.of(finding);
    if (cause === undefined) return true;
    if (RANKS[finding.severity] > RANKS[(worst.get(cause) ?? cause).severity]) worst.set(cause, finding);
    return false;
  });
  return kept.map((finding) => {
    const { missing: _, reads: __, ...rest } = finding;
    const effect = worst.get(finding);
    if (effect === undefined) return rest;
    return { ...rest, severity: effect.severity, message: `${finding.message} ${effect.message}` };
  });
}

/** The findings that others follow from, by what they are about. */
class Causes {
  /** By the pointer that a misspelt field should have. */
  readonly #meant = new Map<Pointer, Finding>();
  /** By the pointer of a field that is misspelt, not set, or whose value cannot be used. */
  readonly #faults = new Map<Pointer, Finding>();
  /** By each parent of those pointers. */
  readonly #parents = new Map<Pointer, Finding>();
  readonly #unusable = new Map<Pointer, Finding>();
  /** The first finding of each cause in `PAIRS`, by code and place. */
  readonly #paired = new Map<string, Finding>();
  /** The first finding of each code in `ONCE`, by code, scope and message. */
  readonly #first = new Map<string, Finding>();

  constructor(findings: readonly Finding[]) {
    const short = findings.filter(({ pointer }) => pointer.length <= MAX_POINTER);
    const unclosed = new Set(short.filter(({ code }) => code === 'message_syntax').map(spot));
    for (const finding of short.slice(0, MAX_CAUSES)) {
      // Only a block that is not closed can be the cause of other faults in the message.
      if (finding.code !== 'unknown_block' || unclosed.has(spot(finding))) this.#add(finding);
    }
  }

  /** Returns the finding that this one follows from and that does not follow from another one itself. */
  of(finding: Finding): Finding | undefined {
    if (finding.pointer.length > MAX_POINTER) return undefined;
    const chain = [finding];
    for (;;) {
      const last = chain.at(-1) ?? finding;
      const cause = this.#causeOf(last);
      if (cause === undefined) return last === finding ? undefined : last;
      if (chain.includes(cause)) return undefined;
      chain.push(cause);
    }
  }

  #add(finding: Finding): void {
    const { code, pointer, message, missing } = finding;
    const meant = meantPointer(finding);
    if (meant !== undefined) {
      setFirst(this.#meant, meant, finding);
      this.#addFault(meant, finding);
    }
    for (const field of missing ?? []) this.#addFault(field, finding);
    if (UNUSABLE.includes(code)) {
      const other = this.#unusable.get(pointer)?.code ?? 'wrong_value';
      if (!this.#unusable.has(pointer) || UNUSABLE.indexOf(code) < UNUSABLE.indexOf(other))
        this.#unusable.set(pointer, finding);
    }
    if (UNUSABLE.includes(code) || UNREADABLE.has(code)) this.#addFault(pointer, finding);
    for (const { cause, within } of PAIRS)
      if (cause === code) setFirst(this.#paired, `${code} ${placeOf(pointer, within)}`, finding);
    const scope = ONCE.get(code);
    if (scope !== undefined) setFirst(this.#first, `${code} ${placeOf(pointer, scope)} ${message}`, finding);
  }

  #addFault(pointer: Pointer, finding: Finding): void {
    if (this.#faults.has(pointer) || pointer.length > MAX_POINTER) return;
    this.#faults.set(pointer, finding);
    // The parents of a known parent are known too.
    for (let at = parentOf(pointer); at !== '' && !this.#parents.has(at); at = parentOf(at))
      this.#parents.set(at, finding);
  }

  #causeOf(finding: Finding): Finding | undefined {
    const { code, pointer, message, missing } = finding;
    const misspelt = missing?.map((field) => nearestIn(this.#meant, field, 0)) ?? [];
    if (misspelt.length > 0 && !misspelt.includes(undefined)) return misspelt[0];
    const unusable = this.#unusable.get(pointer);
    if (unusable !== undefined && unusable.code !== code) return unusable;
    for (const { cause, effect, within } of PAIRS) {
      const found = effect === code ? this.#paired.get(`${cause} ${placeOf(pointer, within)}`) : undefined;
      if (found !== undefined) return found;
    }
    const scope = ONCE.get(code);
    const first = scope && this.#first.get(`${code} ${placeOf(pointer, scope)} ${message}`);
    return this.#faultReadBy(finding) ?? (first === finding ? undefined : first);
  }

  /** Returns the fault in a field that the rule of this finding reads. */
  #faultReadBy({ code, pointer, reads: pointers }: Finding): Finding | undefined {
    const { within, fields } = READS.get(code) ?? { within: 'object', fields: [] };
    const scope = placeOf(pointer, within);
    for (const read of pointers ?? fields.map((field) => `${scope}${field}`)) {
      // A field of the document is outside the scope.
      const min = read.startsWith(scope) ? scope.length : 0;
      const fault = nearestIn(this.#faults, read, min) ?? this.#parents.get(read);
      if (fault !== undefined && fault.code !== code) return fault;
    }
    return undefined;
  }
}

/** Returns the pointer that a misspelt field should have: its fix removes the field and sets the intended one. */
function meantPointer({ code, fix }: Finding): Pointer | undefined {
  if (!MISSPELT.has(code)) return undefined;
  const set = fix?.edits.find((edit) => 'value' in edit);
  return set?.pointer;
}

function spot({ pointer, at }: Finding): string {
  return `${pointer} ${at}`;
}

function placeOf(pointer: Pointer, within: Pair['within']): Pointer {
  if (within === 'pointer') return pointer;
  const at = within === 'request' ? pointer.lastIndexOf(REQUESTS) : -1;
  if (at < 0) return OBJECT.exec(pointer)?.[0] ?? '';
  const end = pointer.indexOf('/', at + REQUESTS.length);
  return end < 0 ? pointer : pointer.slice(0, end);
}

const REQUESTS = '/requests/';
/** The pointer of an object in a document or in the body of a create; a file with only an object has none. */
const OBJECT = /^\/(?:(?:monitors|alerts|dashboards)\/\d+|monitor|alert|dashboard)(?=\/|$)/;

/** Returns the value for a pointer or its nearest parent that is longer than `min` characters. */
function nearestIn<T>(map: ReadonlyMap<Pointer, T>, pointer: Pointer, min: number): T | undefined {
  for (let at = pointer; at.length > min; at = parentOf(at)) {
    const value = map.get(at);
    if (value !== undefined) return value;
  }
  return undefined;
}

function parentOf(pointer: Pointer): Pointer {
  return pointer.slice(0, Math.max(pointer.lastIndexOf('/'), 0));
}

function setFirst<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (!map.has(key)) map.set(key, value);
}
