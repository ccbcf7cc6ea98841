import type { Finding } from '../../domain/finding.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';

/** A finding about the rename of an entry, which places it. */
export type RenameFinding = Pick<Finding, 'code' | 'severity' | 'message' | 'hint'>;

/** Entries that exchange their keys. */
export const KEY_EXCHANGE: RenameFinding = {
  code: 'rename_cycle',
  severity: 'error',
  message: 'The entries exchange their keys, which cannot be told from an exchange that is done.',
  hint: 'Rename one of them to a third key first and apply that, or exchange their contents instead.',
};

/** Returns the finding about a former key that an earlier entry has too. */
export function duplicateOf(from: string, other: string): RenameFinding {
  return {
    code: 'rename_conflict',
    severity: 'error',
    message: `"${from}" is already the former key of the entry "${other}".`,
    hint: 'Only one entry can keep the object: remove "renamed_from" from the others.',
  };
}

/** Returns the finding about a former key that is the key of another entry. */
export function bothInDocument(from: string): RenameFinding {
  return {
    code: 'rename_conflict',
    severity: 'error',
    message: `The document also has an entry with the key "${from}", so that both keys are present.`,
    hint: 'Remove that entry, or remove "renamed_from" if this entry is another object.',
  };
}

/** Returns the finding about an object that exists under both keys. */
export function bothInDatadog(
  stored: StoredKind,
  key: string,
  from: string,
  id: string,
  otherId: string,
): RenameFinding {
  return {
    code: 'rename_conflict',
    severity: 'error',
    message: `Both keys are present: Datadog has a ${stored} with the key "${key}" (${id}) and one with "${from}" (${otherId}).`,
    hint: `Remove "renamed_from" to keep the ${stored} "${key}"; --prune then deletes "${from}". Or delete "${key}" first to rename "${from}".`,
  };
}

/** Returns the finding about several former keys that exist. `keys` is their list. */
export function severalSources(stored: StoredKind, keys: string): RenameFinding {
  return {
    code: 'rename_conflict',
    severity: 'error',
    message: `Datadog has a ${stored} with each of the former keys ${keys}.`,
    hint: 'Name only the key of the object to keep.',
  };
}

/** Returns the finding about an object that already has a third key, `now`. */
export function renamedElsewhere(stored: StoredKind, from: string, now: string): RenameFinding {
  return {
    code: 'rename_conflict',
    severity: 'error',
    message: `The ${stored} "${from}" has been renamed to "${now}" already.`,
    hint: `Write "renamed_from: ${now}" to rename it again, or remove "renamed_from" to make a new ${stored}.`,
  };
}

/** Returns the finding about a rename that is done. */
export function renameDone(stored: StoredKind, key: string): RenameFinding {
  return {
    code: 'rename_done',
    severity: 'info',
    message: `The ${stored} already has the key "${key}".`,
    hint: 'Remove "renamed_from" once every environment has applied it.',
  };
}

/** Returns the finding about former keys of which none exists. */
export function nothingToRename(stored: StoredKind, key: string, from: readonly string[]): RenameFinding {
  const names = from.map((name) => `"${name}"`).join(' or ');
  return {
    code: 'rename_missing',
    severity: 'warning',
    message: `Datadog has no ${stored} with the key ${names} to rename, so "${key}" is a new ${stored}.`,
    hint: 'Correct "renamed_from" if the object exists under another key.',
  };
}

/** Returns the finding about an object with clones, of which `ids` are the ids. */
export function hasClones(stored: StoredKind, from: string, ids: readonly string[]): RenameFinding {
  const named = ids.slice(0, 5).join(', ');
  return {
    code: 'rename_clone',
    severity: 'error',
    message: `The ${stored} "${from}" has clones with the same marker (${named}), which would count as "${from}" after the rename.`,
    hint: `Delete the clones in Datadog, or remove their marker.`,
  };
}
