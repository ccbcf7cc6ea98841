import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { nonEmptyText } from '../../domain/schema-parts.ts';
import { defined, type Reading, type Report, signalKind } from '../kinds.ts';
import { isQuotable, quoted, unquoted, unquotedList } from './quoted.ts';

/** A list of scopes or keys that are quoted in a query. */
const scopes = z.array(nonEmptyText.meta({ pattern: '^[^"\\\\]+$' })).min(1);
/** What a query without a scope, or without groups, selects. */
const ALL: readonly string[] = ['*'];

/** The fields of the scope of a service check or of processes. */
export const SCOPE = {
  filter: scopes
    .meta({
      description: 'For checks and processes: the tags that select what is measured. Default: everything.',
      examples: [['env:prod']],
    })
    .optional(),
  by: scopes
    .meta({
      description: 'For checks and processes: the tags whose values each have a state of their own.',
      examples: [['host']],
    })
    .optional(),
};

/** The scope of a service check or of processes. */
interface Scope {
  readonly filter?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly by?: readonly string[] | undefined;
}

/** Returns a method of a query with quoted arguments; empty without arguments. */
export function methodText(name: string, texts: readonly string[] | undefined): string {
  return texts === undefined ? '' : `.${name}(${texts.map(quoted).join(',')})`;
}

/** Returns a list without its default, which is everything. */
export function unlessAll(texts: readonly string[] | undefined): string[] | undefined {
  return texts === undefined || (texts.length === 1 && texts[0] === '*') ? undefined : [...texts];
}

/** Returns the texts of each method, or undefined if one occurs twice, is not allowed, or has other arguments. */
export function readMethods(
  methods: (Reading & { form: 'check' })['methods'],
  allowed: readonly string[],
): ReadonlyMap<string, string[]> | undefined {
  const texts = new Map<string, string[]>();
  for (const { name, args } of methods) {
    const read = unquotedList(args);
    if (!read || read.length === 0 || !allowed.includes(name.text) || texts.has(name.text)) return undefined;
    texts.set(name.text, read);
  }
  return texts;
}

/** Reports the texts of a scope that a query cannot contain. */
export function checkScope(scope: Scope, report: Report): void {
  for (const name of ['filter', 'exclude', 'by'] as const) {
    for (const [at, one] of (scope[name] ?? []).entries()) {
      if (one.includes('"') || one.includes('\\'))
        report([name, at], 'A tag must not contain a quote or a backslash.');
    }
  }
}

export const CHECK = signalKind({
  name: 'check',
  schema: z.strictObject({
    check: nonEmptyText.meta({
      description: 'The name of a service check.',
      examples: ['http.can_connect', 'datadog.agent.up'],
    }),
    ...SCOPE,
    exclude: scopes
      .meta({ description: 'The tags of what is not measured.', examples: [['host:test']] })
      .optional(),
  }),
  compile({ check, filter = ALL, exclude, by = ALL }) {
    const scope = `${methodText('over', filter)}${methodText('exclude', exclude)}${methodText('by', by)}`;
    return { form: 'check', type: 'service check', query: `${quoted(check)}${scope}`, by: [...by] };
  },
  read(reading) {
    if (reading.form !== 'check') return undefined;
    const check = unquoted(reading.check);
    const scope = readMethods(reading.methods, ['over', 'exclude', 'by']);
    if (check === undefined || !scope) return undefined;
    return canonicalScope(
      { check },
      {
        filter: scope.get('over'),
        exclude: scope.get('exclude'),
        by: scope.get('by'),
      },
    );
  },
  canonical: ({ check, ...scope }) => canonicalScope({ check }, scope),
  check({ check, ...scope }, report) {
    if (!isQuotable(check) || check.includes('"'))
      report(['check'], 'The name of a check must not contain a quote or end in a backslash.');
    checkScope(scope, report);
  },
  examples: [
    {
      signal: { check: 'http.can_connect', filter: ['env:prod'], by: ['host', 'url'] },
      condition: { failures: 3 },
    },
    { signal: { check: 'datadog.agent.up', by: ['env'] }, condition: { percent: 50, warn: 20 } },
  ],
});

function canonicalScope(named: JsonObject, { filter, exclude, by }: Scope): JsonObject {
  return defined({
    ...named,
    filter: unlessAll(filter),
    exclude: exclude && [...exclude],
    by: unlessAll(by),
  });
}
