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
  const waitsFor = new Map(
    wanted.map((one) => [
      one,
      new Set(
        one.references
          .flatMap((reference) => byName.get(own(reference) ?? '') ?? [])
          .filter((o) => o !== one),
      ),
    ]),
  );
  const steps: Wanted[][] = [];
  while (waitsFor.size > 0) {
    const ready = [...waitsFor].flatMap(([one, others]) => (others.size === 0 ? [one] : []));
    if (ready.length === 0) break;
    steps.push(ready);
    for (const one of ready) waitsFor.delete(one);
    for (const others of waitsFor.values()) for (const one of ready) others.delete(one);
  }
  const circling = [...waitsFor.keys()];
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
