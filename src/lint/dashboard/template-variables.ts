import { isObject, type JsonObject } from '../../domain/json.ts';
import { withoutStop } from '../../language/message/read-handle.ts';
import type { Span } from '../../language/query/syntax.ts';
import { stringsIn } from '../strings-in.ts';
import type { Path } from '../rule.ts';
import type { PlacedWidget } from './placed-widget.ts';

/** A template variable at its declaration or in a saved view. */
export interface DeclaredVariable {
  readonly path: Path;
  readonly name: string;
  readonly variable: JsonObject;
}

/** A use of `$name` in a query, a filter or a link. */
export interface VariableUse {
  readonly path: Path;
  /** The name without `$`. */
  readonly span: Span;
  readonly name: string;
}

export interface TemplateVariables {
  readonly declared: readonly DeclaredVariable[];
  /** Known names, including those that widgets declare or may use in ways that are not visible. */
  readonly known: ReadonlySet<string>;
  /** Names after `$` anywhere in a widget. */
  readonly used: ReadonlySet<string>;
  readonly undeclared: readonly VariableUse[];
}

/** A name has at most 200 characters. */
const NAME = /\$([A-Za-z_][\w.-]{0,199})/g;
/** Fields that Datadog uses as a query. In titles and notes, `$` may also be a price. */
const QUERY_FIELDS: ReadonlySet<string> = new Set([
  'q',
  'query',
  'query_string',
  'filter',
  'filters',
  'scope',
  'tags',
  'group',
  'additional_query_filters',
]);

/** Returns the declared and the used variables of a dashboard. */
export function readTemplateVariables(
  dashboard: JsonObject,
  widgets: readonly PlacedWidget[],
): TemplateVariables {
  const declared = declaredIn(dashboard);
  const known = new Set(declared.map(({ name }) => name));
  for (const { definition } of widgets) for (const { name } of declaredIn(definition)) known.add(name);
  const used = new Set<string>();
  const undeclared: VariableUse[] = [];
  for (const { text, path: relativePath } of stringsIn(dashboard['widgets'])) {
    if (!text.includes('$')) continue;
    const path = ['widgets', ...relativePath];
    const isQuery = isQueryPath(path);
    for (const match of text.matchAll(NAME)) {
      const names = candidateNames(match[1] ?? '');
      for (const name of names) used.add(name);
      const before = text.slice(Math.max(0, match.index - 2), match.index);
      if (!(isQuery || before === '{{') || before.endsWith('\\')) continue;
      if (names.some((name) => known.has(name))) continue;
      const name = names.at(-1) ?? '';
      const from = match.index + 1;
      undeclared.push({ path, span: { from, to: from + name.length }, name });
    }
  }
  return { declared, known, used, undeclared };
}

function declaredIn(parent: JsonObject): DeclaredVariable[] {
  const list = parent['template_variables'];
  if (!Array.isArray(list)) return [];
  return list.flatMap((variable, at) =>
    isObject(variable) && typeof variable['name'] === 'string'
      ? [{ path: ['template_variables', at], name: variable['name'], variable }]
      : [],
  );
}

/** Returns the possible names in a word after `$`: `env.value` is the variable `env.value` or the value of `env`. The last is the most likely. */
function candidateNames(word: string): string[] {
  const names = [withoutStop(word)];
  for (let at = word.length - 1; at > 0; at -= 1) {
    if (word[at] === '.' || word[at] === '-') names.push(word.slice(0, at));
  }
  const value = /^(.+)\.(?:value|key)$/.exec(names[0] ?? '')?.[1];
  return [...names, value ?? names[0] ?? ''];
}

/** Returns whether Datadog uses the string at a path as a query, judging by its field or the field of its list. */
function isQueryPath(path: Path): boolean {
  const field = path.findLast((step) => typeof step === 'string');
  return field !== undefined && QUERY_FIELDS.has(field);
}
