import { isObject, type Json } from '../../domain/json.ts';
import type { Argument, Method } from '../../language/query/syntax.ts';
import type { MonitorView } from './monitor-view.ts';

/** Returns the group keys of a monitor: none for a simple monitor, undefined if unknown. */
export function groupKeysOf({ parsed, series, options }: MonitorView): ReadonlySet<string> | undefined {
  const { query, faults } = parsed;
  if (faults.length > 0) return undefined;
  if (query.kind === 'metric') {
    return new Set(series.flatMap(({ groupBy }) => (groupBy?.keys ?? []).map(({ text }) => text.trim())));
  }
  if (query.kind !== 'chain') return undefined;
  const own = keysOfMethods(query.head.methods);
  if (own === undefined || own.size > 0) return own;
  if (query.head.name.text === 'formula') return keysOfVariables(options['variables']);
  return own;
}

function keysOfMethods(methods: readonly Method[]): ReadonlySet<string> | undefined {
  const keys = new Set<string>();
  for (const argument of methods.filter(({ name }) => name.text === 'by').flatMap(({ args }) => args)) {
    const text = textOf(argument);
    if (text === undefined) return undefined;
    for (const key of text.split(',')) keys.add(key.trim());
  }
  return keys;
}

function textOf(argument: Argument): string | undefined {
  if (argument.kind === 'string') return argument.raw;
  return argument.kind === 'word' ? argument.text : undefined;
}

/** Returns the facets that the searches of a formula group by. */
function keysOfVariables(variables: Json | undefined): ReadonlySet<string> | undefined {
  if (!Array.isArray(variables)) return undefined;
  const keys = new Set<string>();
  for (const variable of variables) {
    if (!isObject(variable) || !isObject(variable['search'])) return undefined;
    const groups = variable['group_by'] ?? [];
    if (!Array.isArray(groups)) return undefined;
    for (const group of groups) {
      if (!isObject(group) || typeof group['facet'] !== 'string') return undefined;
      keys.add(group['facet']);
    }
  }
  return keys;
}

/** Prefixes of variables that are not group tags: Datadog docs, monitors/notify/variables. */
const EVENT_WORDS: ReadonlySet<string> = new Set([
  'log',
  'span',
  'rum',
  'audit',
  'cipipeline',
  'citest',
  'databasemonitoring',
  'event',
  'issue',
]);

const TAG_VARIABLE = /^(?:\[([^\]]+)\]|([\w@/-][\w.@/-]*))\.name$/;
/** Some of Datadog's examples close the bracket after `.name`. */
const NAME_IN_BRACKET = /^\[([^\]]+)\.name\]$/;

/** Returns the tag key or facet of a variable, or undefined if it is not a tag variable. */
export function tagKeyOf(variable: string): string | undefined {
  if (!variable.includes('.name')) return undefined;
  const [, bracketed, plain] = TAG_VARIABLE.exec(variable) ?? [];
  const key = bracketed ?? plain ?? NAME_IN_BRACKET.exec(variable)?.[1];
  const [first = ''] = key?.split('.') ?? [];
  return key === undefined || (bracketed === undefined && EVENT_WORDS.has(first)) ? undefined : key;
}

/** Returns the keys that have a value in each notification: group keys and keys fixed by scopes. Undefined if unknown. */
export function variableKeysOf(view: MonitorView): ReadonlySet<string> | undefined {
  const { query, faults } = view.parsed;
  if (faults.length > 0) return undefined;
  if (query.kind === 'check') return keysOfCheck(query.methods);
  if (query.kind === 'chain' && /^(?:error_budget|burn_rate)$/.test(query.head.name.text)) return undefined;
  const groups = groupKeysOf(view);
  if (groups === undefined || groups.has('*')) return undefined;
  // An event has tags besides its group keys.
  if (query.kind !== 'metric') return view.type.startsWith('event') ? undefined : groups;
  const keys = new Set(groups);
  for (const tag of view.tags) keys.add(tag.kind === 'in' ? tag.key.text : (tag.text.split(':')[0] ?? ''));
  // The filter of everything.
  keys.delete('*');
  return keys;
}

/** Returns whether a key is in the set, compared as Datadog normalizes keys. */
export function hasKey(keys: ReadonlySet<string>, key: string): boolean {
  return [key, key.toLowerCase(), `${key}.name`].some((name) => keys.has(name));
}

function keysOfCheck(methods: readonly Method[]): ReadonlySet<string> | undefined {
  const texts = (name: string): string[] =>
    methods
      .filter((method) => method.name.text === name)
      .flatMap(({ args }) => args.flatMap((arg) => (arg.kind === 'string' ? [arg.raw] : [])));
  const by = texts('by');
  // A check without groups or with all groups notifies with the tags of its results.
  if (by.length === 0 || by.includes('*')) return undefined;
  return new Set([...by, ...texts('over').map((tag) => tag.split(':')[0] ?? '')]);
}
