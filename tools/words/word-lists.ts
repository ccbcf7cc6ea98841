/**
 * Words that a reader should not meet, with what to write instead. They follow the glossary (docs/glossary.md): a newcomer
 * finds a concept by searching for the term that the field uses.
 */

/** Forbidden everywhere: in names (split at camelCase), comments, texts, Markdown, shell and YAML. Inflections count. */
export const FORBIDDEN_WORDS: ReadonlyMap<string, string> = new Map([
  ['shall', 'must, will or should'],
  ['whoever', 'the caller, the reader, anyone who'],
  ['whatever', 'any, every'],
  ['thereof', 'of it'],
  ['anew', 'again'],
  ['likewise', 'also'],
  ['mend', 'fix, correct'],
  ['mends', 'fixes'],
  ['mended', 'fixed'],
  ['mending', 'fixing'],
  ['surroundings', 'dependencies'],
  ['patience', 'timeout, deadline'],
  ['hop', 'upstream, forward'],
  ['hops', 'upstreams'],
]);

/** Names that are two words of their own: forbidden as the whole of a name, in any case. */
export const FORBIDDEN_NAMES: ReadonlyMap<string, string> = new Map([
  ['giveBack', 'release'],
  ['letGo', 'release'],
  ['dropOldest', 'evict'],
]);

/** Forbidden in prose: comments, texts, Markdown. A line break may stand for the blank. */
export const FORBIDDEN_PHRASES: ReadonlyMap<string, string> = new Map([
  ['is none', 'there is no ..., or name what is missing'],
  ['is told', 'is notified, is reported'],
  ['tell of', 'report'],
  ['of its own', 'own, separate'],
  ['as it were', 'leave it out'],
  ['stands twice', 'is duplicated'],
  ['is not known here', 'is unknown'],
  ['left over', 'extra, remaining'],
]);

/** Forbidden as a part of a name (identifiers, files, folders), singular or plural; fine as English in prose. */
export const FORBIDDEN_IN_NAMES: ReadonlyMap<string, string> = new Map([
  ['turn', 'semaphore, slot'],
  ['room', 'capacity, budget'],
  ['door', 'front, entry point, router'],
  ['house', 'leave it out'],
  ['pace', 'throttle'],
  ['signs', 'conditions, probes'],
  ['hints', 'cache'],
  ['furniture', 'wrapper, envelope'],
  ['stretch', 'range'],
  ['away', 'unavailable'],
  ['most', 'max'],
  ['least', 'min'],
  ['usual', 'default'],
  ['trouble', 'incident'],
  ['alarm', 'notification, incident'],
  ['outbox', 'notification queue'],
  ['journal', 'ledger'],
]);
