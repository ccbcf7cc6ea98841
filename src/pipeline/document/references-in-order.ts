import type { Finding } from '../../domain/finding.ts';
import type { PlacedReference, Reference } from '../../domain/references.ts';
import type { Wanted } from './read-document.ts';

/** The name of an object among those of its application. */
export function nameOf({ kind, key }: Pick<Reference, 'kind' | 'key'>): string {
  return `${kind}:${key}`;
}

/** The name of an object of any application. */
export function fullName(reference: Reference, application: string): string {
  return `${reference.kind}:${reference.application ?? application}/${reference.key}`;
}

/** What is wanted, in steps: what stands in one refers only to what stands in those before it. */
export interface Ordered {
  readonly steps: readonly (readonly Wanted[])[];
  readonly findings: readonly Finding[];
}

/**
 * Puts what is referred to first. A cycle is a finding at each reference of it, and its members come last. `isThere` says
 * of a reference to what is not in the document whether Datadog has it.
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
  const { steps, circling } = levels(
    wanted,
    (one) =>
      new Set(one.references.flatMap((to) => byName.get(own(to) ?? '') ?? []).filter((o) => o !== one)),
  );
  const inCircle = new Set(circling.map((one) => nameOf({ kind: one.stored, key: one.key })));
  const selfish = wanted.filter((one) =>
    one.references.some((reference) => own(reference) === nameOf({ kind: one.stored, key: one.key })),
  );
  const cycles = [...new Set([...circling, ...selfish])].flatMap((one) =>
    one.references
      .filter((reference) => {
        const named = own(reference) ?? '';
        return inCircle.has(named) || named === nameOf({ kind: one.stored, key: one.key });
      })
      .map((reference) => mistake(reference, 'reference_cycle')),
  );
  return { steps: circling.length > 0 ? [...steps, circling] : steps, findings: [...findings, ...cycles] };
}

/** The wanted in levels: each after all that it waits for. Those that wait for each other are `circling`. Linear in both. */
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
  return { steps, circling: [...left.keys()] };
}

const SENTENCES = {
  bad_reference: (text: string) =>
    `${text} names nothing: a reference is \${monitor:key} or \${monitor:application/key}.`,
  dangling_reference: (text: string) =>
    `${text} names an object that is neither in the document nor in Datadog.`,
  reference_cycle: (text: string) => `${text} leads back here: neither object can be made before the other.`,
} as const;

function mistake({ pointer, at, text }: PlacedReference, code: keyof typeof SENTENCES): Finding {
  return { code, severity: 'error', message: SENTENCES[code](text), pointer, at };
}
