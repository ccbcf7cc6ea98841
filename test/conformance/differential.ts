import { createTestClient, statusAndErrors } from '../../emulators/datadog/test-client.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { isObject, type Json, type JsonObject, printJson } from '../../src/domain/json.ts';
import type { StoredKind } from '../../src/domain/managed-fields.ts';
import { type Pointer, pointerSteps } from '../../src/domain/pointer.ts';
import { lintFile } from '../../src/pipeline/lint.ts';
import { combinedMonitors, realDefinitions } from '../corpus.ts';
import { leavesOf } from '../real-fields.ts';
import { pick, seededRandom } from '../seeded-random.ts';

/** What lint and the emulator say about one changed object. */
export interface Pair {
  /** The object of the corpus. */
  readonly source: string;
  /** The changed field. */
  readonly pointer: Pointer;
  /** Its new value as JSON, or `removed`. */
  readonly value: string;
  /** The codes of the findings that the change adds. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The emulator's message if it refuses the object. */
  readonly refusal: string | undefined;
}

const KINDS: readonly [StoredKind, StoredKind] = ['monitor', 'dashboard'];
const REMOVED = Symbol('removed');
type NewValue = Json | typeof REMOVED;
/** The new values of a field. */
const VALUES: readonly [NewValue, ...NewValue[]] = [REMOVED, '', 'x y', -1, 0, 1_000_000, true, [], {}];

/** Changes one field of an object of the corpus, `count` times. The same seed gives the same pairs. */
export function pairsOf(seed: number, count: number): Pair[] {
  const random = seededRandom(seed);
  const datadog = createTestClient();
  datadog.control('POST', 'seed', combinedMonitors());
  const refusalOf = (kind: StoredKind, object: JsonObject): string | undefined => {
    const path = kind === 'monitor' ? '/api/v1/monitor/validate' : '/api/v1/dashboard';
    const [status, message] = statusAndErrors(datadog.send('POST', path, printJson(object)));
    return status === 200 ? undefined : String(message);
  };
  const definitions = { monitor: realDefinitions('monitor'), dashboard: realDefinitions('dashboard') };
  const findings = new Map<JsonObject, readonly Finding[]>();
  /** Returns an object that both sides accept, with its findings. */
  const anyOriginal = (kind: StoredKind) => {
    for (;;) {
      const [first, ...others] = definitions[kind];
      if (!first) throw new Error(`the corpus has no valid ${kind}`);
      const one = pick(random, [first, ...others]);
      const found = findings.get(one.object) ?? lintFile(one.object);
      const isKnown = findings.has(one.object);
      if (isKnown || (!found.some(isError) && refusalOf(kind, one.object) === undefined)) {
        findings.set(one.object, found);
        return { ...one, found };
      }
      definitions[kind] = definitions[kind].filter((other) => other !== one);
    }
  };
  return Array.from({ length: count }, () => {
    const kind = pick(random, KINDS);
    const { source, object, found } = anyOriginal(kind);
    const [leaf = '', ...leaves] = leavesOf(object);
    const pointer = pick(random, [leaf, ...leaves]);
    const value = pick(random, VALUES);
    const mutated = withValueAt(object, pointer, value);
    const before = new Set(found.map(placeOf));
    const added = lintFile(mutated).filter((finding) => !before.has(placeOf(finding)));
    return {
      source,
      pointer,
      value: value === REMOVED ? 'removed' : printJson(value),
      errors: codesOf(added.filter(isError)),
      warnings: codesOf(added.filter(({ severity }) => severity === 'warning')),
      refusal: refusalOf(kind, mutated),
    };
  });
}

/** Returns whether both sides relied on the types that tools/widget-types.ts generates: then their agreement proves nothing. */
export function isUntested({ refusal = '', errors, warnings, pointer }: Pair): boolean {
  const [isWidget, isVariable] = [/ widget definition at position /, /option: variables$/].map((refused) =>
    refused.test(refusal),
  );
  return (
    (isWidget === true && [...errors, ...warnings].every((code) => code.startsWith('widget_field_'))) ||
    (isVariable === true &&
      pointer.startsWith('/options/variables/') &&
      errors.every((code) => code === 'invalid_option'))
  );
}

const isError = ({ severity }: Finding) => severity === 'error';
const placeOf = ({ code, pointer }: Finding) => `${code} ${pointer}`;
const codesOf = (findings: readonly Finding[]) => [...new Set(findings.map(({ code }) => code))];

/** Returns a copy with another value at a pointer. What is beside the path is shared with the original. */
function withValueAt(object: JsonObject, pointer: Pointer, value: NewValue): JsonObject {
  const changed = withValue(object, pointerSteps(pointer), value);
  return isObject(changed) ? changed : {};
}

function withValue(parent: Json, [step = '', ...rest]: readonly string[], value: NewValue): Json {
  const change = (child: Json | undefined) =>
    rest.length === 0 ? value : withValue(child ?? null, rest, value);
  if (Array.isArray(parent)) {
    const changed = change(parent[Number(step)]);
    return changed === REMOVED ? parent.toSpliced(Number(step), 1) : parent.with(Number(step), changed);
  }
  if (!isObject(parent)) return parent;
  const { [step]: old, ...others } = parent;
  const changed = change(old);
  return changed === REMOVED ? others : { ...parent, [step]: changed };
}
