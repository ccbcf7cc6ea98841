import { isObject, type JsonObject } from '../../domain/json.ts';
import { withoutStop } from '../../language/message/read-handle.ts';
import type { Span } from '../../language/query/syntax.ts';
import { textsIn } from '../each-text.ts';
import type { Path } from '../rule.ts';
import type { PlacedWidget } from './placed-widget.ts';

/** A template variable where it is declared, or a preset names it. */
export interface DeclaredVariable {
  readonly path: Path;
  readonly name: string;
  readonly variable: JsonObject;
}

/** `$name` where a query, a filter or a link has it. */
export interface AskedVariable {
  readonly path: Path;
  /** The name without `$`. */
  readonly span: Span;
  readonly name: string;
}

export interface TemplateVariables {
  readonly declared: readonly DeclaredVariable[];
  /** All names that widgets declare for themselves, or may use unseen, count as known. */
  readonly known: ReadonlySet<string>;
  /** Names after a `$` anywhere in a widget. */
  readonly used: ReadonlySet<string>;
  readonly asked: readonly AskedVariable[];
}

/** No name is longer; what is longer is no name. */
const NAME = /\$([A-Za-z_][\w.-]{0,199})/g;
/** Members whose text Datadog searches with: variables in titles and notes may as well be prices. */
const SEARCHED: ReadonlySet<string> = new Set([
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

/** The variables of a dashboard: which it has, and which its widgets ask for. */
export function readTemplateVariables(
  dashboard: JsonObject,
  widgets: readonly PlacedWidget[],
): TemplateVariables {
  const declared = declaredIn(dashboard);
  const known = new Set(declared.map(({ name }) => name));
  for (const { definition } of widgets) for (const { name } of declaredIn(definition)) known.add(name);
  const used = new Set<string>();
  const asked: AskedVariable[] = [];
  for (const { text, path: below } of textsIn(dashboard['widgets'])) {
    if (!text.includes('$')) continue;
    const path = ['widgets', ...below];
    const searched = isSearched(path);
    for (const match of text.matchAll(NAME)) {
      const names = namesIn(match[1] ?? '');
      for (const name of names) used.add(name);
      const before = text.slice(Math.max(0, match.index - 2), match.index);
      if (!(searched || before === '{{') || before.endsWith('\\')) continue;
      if (names.some((name) => known.has(name))) continue;
      const name = names.at(-1) ?? '';
      const from = match.index + 1;
      asked.push({ path, span: { from, to: from + name.length }, name });
    }
  }
  return { declared, known, used, asked };
}

function declaredIn(holder: JsonObject): DeclaredVariable[] {
  const list = holder['template_variables'];
  if (!Array.isArray(list)) return [];
  return list.flatMap((variable, at) =>
    isObject(variable) && typeof variable['name'] === 'string'
      ? [{ path: ['template_variables', at], name: variable['name'], variable }]
      : [],
  );
}

/** What a word after `$` may name: `env.value` is the variable `env.value`, or the value of `env`. The last is the likeliest. */
function namesIn(word: string): string[] {
  const names = [withoutStop(word)];
  for (let at = word.length - 1; at > 0; at -= 1) {
    if (word[at] === '.' || word[at] === '-') names.push(word.slice(0, at));
  }
  const value = /^(.+)\.(?:value|key)$/.exec(names[0] ?? '')?.[1];
  return [...names, value ?? names[0] ?? ''];
}

/** Whether Datadog searches with the text at a path: the member that holds it, or the list it is in, is one of those. */
function isSearched(path: Path): boolean {
  const member = path.findLast((step) => typeof step === 'string');
  return member !== undefined && SEARCHED.has(member);
}
