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
