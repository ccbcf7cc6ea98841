import type { PlanAction } from '../../domain/plan.ts';
import type { DocumentEntry } from '../../pipeline/document/read-document.ts';
import { flag } from '../options.ts';
import type { LocatedFinding } from './lint-text.ts';

/** The number of findings that a command does not print. */
export interface HiddenFindings {
  readonly infos: number;
  /** Warnings about objects that a plan does not change. */
  readonly unchanged: number;
}

/** The findings that a command prints, and the number of the others. */
export interface Shown {
  readonly findings: readonly LocatedFinding[];
  readonly hidden: HiddenFindings;
}

export const NONE_HIDDEN: HiddenFindings = { infos: 0, unchanged: 0 };

export const ALL_FINDINGS = flag('all-findings', 'also show infos, and fix them with --fix');
export const ALL_PLAN_FINDINGS = flag(
  'all-findings',
  'also show infos, and the warnings about objects that do not change',
);

/** Hides infos about objects. An info about the whole text, such as `not_validated`, is always shown. */
export function withoutInfos(findings: readonly LocatedFinding[]): Shown {
  const shown = findings.filter(({ severity, pointer }) => severity !== 'info' || pointer === '');
  return { findings: shown, hidden: { infos: findings.length - shown.length, unchanged: 0 } };
}

/** Hides infos, and warnings about the entries of a document that a plan does not change. */
export function ofChangedObjects(
  findings: readonly LocatedFinding[],
  objects: readonly { readonly kind: string; readonly key: string; readonly action: PlanAction }[],
  entries: readonly Pick<DocumentEntry, 'kind' | 'key' | 'pointer'>[],
): Shown {
  const unchanged = new Set(
    objects.flatMap(({ kind, key, action }) => (action === 'none' ? [`${kind} ${key}`] : [])),
  );
  const pointers = new Set(
    entries.flatMap(({ kind, key, pointer }) => (unchanged.has(`${kind} ${key}`) ? [pointer] : [])),
  );
  const shown = findings.filter(
    ({ severity, pointer }) => severity === 'error' || !pointers.has(entryOf(pointer)),
  );
  const { findings: rest, hidden } = withoutInfos(shown);
  return { findings: rest, hidden: { ...hidden, unchanged: findings.length - shown.length } };
}

/** Returns the pointer of the entry of a document that contains a value: `/monitors/3` for `/monitors/3/query`. */
function entryOf(pointer: string): string {
  return pointer.split('/', 3).join('/');
}

/** Describes the hidden findings: `2 infos`. Returns undefined if there are none. */
export function hiddenText({ infos, unchanged }: HiddenFindings): string | undefined {
  const parts = [
    ...(unchanged === 0
      ? []
      : [`${unchanged} ${unchanged === 1 ? 'finding' : 'findings'} about unchanged objects`]),
    ...(infos === 0 ? [] : [`${infos} ${infos === 1 ? 'info' : 'infos'}`]),
  ];
  return parts.length === 0 ? undefined : `${parts.join(' and ')} not shown (pass --all-findings)`;
}
