import type { Finding } from '../../domain/finding.ts';
import type { PlacedReference, Reference } from '../../domain/references.ts';
import type { Wanted } from './read-document.ts';

/** Returns the name of an object within its application. */
export function nameOf({ kind, key }: Pick<Reference, 'kind' | 'key'>): string {
  return `${kind}:${key}`;
}

/** Returns the name of an object across applications. */
export function fullName(reference: Reference, application: string): string {
  return `${reference.kind}:${reference.application ?? application}/${reference.key}`;
}

/** Entries in steps. The entries of one step refer only to entries of earlier steps. */
export interface Ordered {
  readonly steps: readonly (readonly Wanted[])[];
  readonly findings: readonly Finding[];
}

/**
 * Sorts entries topologically, so that each one comes after those it refers to. Entries of a cycle come last, with a finding
 * at each reference. `isThere` returns whether Datadog has an object that is not in the document.
 */
export function inOrder(
  wanted: readonly Wanted[],
  application: string,
  isThere: (fullName: string) => boolean,
): Ordered {
  const byName = new Map(wanted.map((one) => [nameOf({ kind: one.stored, key: one.key }), one]));
  const own = ({ to }: PlacedReference): string | undefined =>
    to && (to.application ?? application) === application ? nameOf(to) : undefined;
  const findings = wanted.flatMap(({ references }) =>
    references.flatMap((reference): Finding[] => {
      const { to } = reference;
      if (!to) return [mistake(reference, 'bad_reference')];
      const named = own(reference);
      if ((named !== undefined && byName.has(named)) || isThere(fullName(to, application))) return [];
      return [mistake(reference, 'dangling_reference')];
    }),
  );
  const { steps, cyclic } = levels(
    wanted,
    (one) =>
      new Set(one.references.flatMap((to) => byName.get(own(to) ?? '') ?? []).filter((o) => o !== one)),
  );
  const inCycle = new Set(cyclic.map((one) => nameOf({ kind: one.stored, key: one.key })));
  const selfReferring = wanted.filter((one) =>
    one.references.some((reference) => own(reference) === nameOf({ kind: one.stored, key: one.key })),
  );
  const cycles = [...new Set([...cyclic, ...selfReferring])].flatMap((one) =>
    one.references
      .filter((reference) => {
        const named = own(reference) ?? '';
        return inCycle.has(named) || named === nameOf({ kind: one.stored, key: one.key });
      })
      .map((reference) => mistake(reference, 'reference_cycle')),
  );
  return { steps: cyclic.length > 0 ? [...steps, cyclic] : steps, findings: [...findings, ...cycles] };
}

/** Sorts entries into levels, each after its dependencies. Entries of a cycle are `cyclic`. Linear in entries and references. */
function levels(wanted: readonly Wanted[], waitsFor: (one: Wanted) => ReadonlySet<Wanted>) {
  const left = new Map<Wanted, number>();
  const dependents = new Map<Wanted, Wanted[]>();
  for (const one of wanted) {
    const others = waitsFor(one);
    left.set(one, others.size);
    for (const other of others) {
      const list = dependents.get(other);
      if (list) list.push(one);
      else dependents.set(other, [one]);
    }
  }
  const steps: Wanted[][] = [];
  const order = new Map([...left.keys()].map((one, at) => [one, at]));
  const inOrderOf = (a: Wanted, b: Wanted) => (order.get(a) ?? 0) - (order.get(b) ?? 0);
  let ready = [...left].flatMap(([one, count]) => (count === 0 ? [one] : []));
  while (ready.length > 0) {
    steps.push(ready);
    const next: Wanted[] = [];
    for (const one of ready) {
      left.delete(one);
      for (const dependent of dependents.get(one) ?? []) {
        const count = (left.get(dependent) ?? 0) - 1;
        left.set(dependent, count);
        if (count === 0) next.push(dependent);
      }
    }
    ready = next.sort(inOrderOf);
  }
  return { steps, cyclic: [...left.keys()] };
}

const SENTENCES = {
  bad_reference: (text: string) =>
    `${text} is not a valid reference. Write \${monitor:key} or \${monitor:application/key}.`,
  dangling_reference: (text: string) =>
    `${text} refers to an object that is neither in the document nor in Datadog.`,
  reference_cycle: (text: string) =>
    `${text} is part of a reference cycle: no object of the cycle can be created first.`,
} as const;

function mistake({ pointer, at, text }: PlacedReference, code: keyof typeof SENTENCES): Finding {
  return { code, severity: 'error', message: SENTENCES[code](text), pointer, at };
}
