import type { Method } from '../../language/query/syntax.ts';
import { groupKeysOf } from './group-keys.ts';
import type { MonitorView } from './monitor-view.ts';

/** Variables that begin with one of these are no tags of the group: docs, monitors/notify/variables. */
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
/** Datadog's own examples close the bracket behind the word too. */
const CLOSED_BEHIND = /^\[([^\]]+)\.name\]$/;

/** The tag key or facet whose value a variable stands for; undefined where it is of another kind. */
export function tagKeyOf(variable: string): string | undefined {
  if (!variable.includes('.name')) return undefined;
  const [, bracketed, plain] = TAG_VARIABLE.exec(variable) ?? [];
  const key = bracketed ?? plain ?? CLOSED_BEHIND.exec(variable)?.[1];
  const [first = ''] = key?.split('.') ?? [];
  return key === undefined || (bracketed === undefined && EVENT_WORDS.has(first)) ? undefined : key;
}

/** The keys that have a value in each notification: those of the groups, and those that the scopes fix. Undefined where that cannot be told. */
export function variableKeysOf(view: MonitorView): ReadonlySet<string> | undefined {
  const { query, faults } = view.parsed;
  if (faults.length > 0) return undefined;
  if (query.kind === 'check') return keysOfCheck(query.methods);
  if (query.kind === 'chain' && /^(?:error_budget|burn_rate)$/.test(query.head.name.text)) return undefined;
  const groups = groupKeysOf(view);
  if (groups === undefined || groups.has('*')) return undefined;
  // An event brings its own tags, whatever it is grouped by.
  if (query.kind !== 'metric') return view.type.startsWith('event') ? undefined : groups;
  const keys = new Set(groups);
  for (const tag of view.tags) keys.add(tag.kind === 'in' ? tag.key.text : (tag.text.split(':')[0] ?? ''));
  return keys;
}

/** Whether a key is among them, as Datadog writes keys. */
export function hasKey(keys: ReadonlySet<string>, key: string): boolean {
  return [key, key.toLowerCase(), `${key}.name`].some((name) => keys.has(name));
}

function keysOfCheck(methods: readonly Method[]): ReadonlySet<string> | undefined {
  const texts = (name: string): string[] =>
    methods
      .filter((method) => method.name.text === name)
      .flatMap(({ args }) => args.flatMap((arg) => (arg.kind === 'string' ? [arg.raw] : [])));
  const by = texts('by');
  // A check without groups, or with all of them, is told with the tags that its results have.
  if (by.length === 0 || by.includes('*')) return undefined;
  return new Set([...by, ...texts('over').map((tag) => tag.split(':')[0] ?? '')]);
}
