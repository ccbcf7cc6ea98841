import { append } from '../domain/append.ts';
import type { CatalogAliases } from '../domain/application.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject, numberText } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-kind.ts';
import { type Pointer, pointerSteps, pointerTo } from '../domain/pointer.ts';
import { check } from '../contract/check.ts';
import { ENVELOPE_SCHEMAS } from '../contract/schemas.ts';

/** The body of a create or update, taken apart. Members are what was written; `findings` says what is wrong with them. */
export interface Envelope {
  readonly verb: 'create' | 'update';
  readonly kind: ManagedKind;
  readonly application?: string;
  readonly team?: string;
  readonly key?: string;
  readonly id?: string;
  readonly catalogs: CatalogAliases;
  /** The monitor, alert or dashboard, and where it stands in the body. */
  readonly object: Json | undefined;
  readonly pointer: Pointer;
  readonly findings: readonly Finding[];
}

const AROUND = ['application', 'team', 'key', 'id', 'catalogs'] as const;
type Query = Readonly<Record<string, string | undefined>>;

/**
 * Takes apart `{application, team, key?, catalogs?, monitor}`, or a bare object with the rest in the query.
 * What stands in both must agree.
 */
export function readEnvelope(
  verb: 'create' | 'update',
  kind: ManagedKind,
  body: Json,
  query: Query,
): Envelope {
  const wrapped = isWrapped(kind, body);
  const around = wrapped ? without(body, kind) : {};
  const findings: Finding[] = [];
  const fromQuery = new Set<string>();
  for (const name of AROUND) {
    const value = query[name];
    if (value === undefined) continue;
    if (around[name] === undefined) {
      around[name] = value;
      fromQuery.add(name);
    } else if ((numberText(around[name]) ?? around[name]) !== value) {
      findings.push({
        code: 'conflicting_value',
        severity: 'error',
        message: `"${name}" is ${JSON.stringify(around[name])} here and "${value}" in the query.`,
        pointer: pointerTo('', name),
        hint: 'Say it in one place.',
      });
      // The query decides, because permissions were checked for it before the body was read.
      around[name] = value;
    }
  }
  append(
    findings,
    check(ENVELOPE_SCHEMAS[verb], around, '').map((f) => aboutQuery(f, fromQuery)),
  );
  const object = wrapped ? body[kind] : body;
  if (wrapped && object === undefined) {
    findings.push({
      code: 'missing_member',
      severity: 'error',
      message: `"${kind}" is missing.`,
      pointer: '',
    });
  }
  return {
    verb,
    kind,
    ...textMembers(around),
    catalogs: aliasesOf(around['catalogs']),
    object,
    pointer: wrapped ? pointerTo('', kind) : '',
    findings,
  };
}

/** Whether an object stands in a body that says more, as against alone. */
export function isWrapped(kind: ManagedKind, body: Json): body is JsonObject {
  return isObject(body) && (isObject(body[kind]) || Object.hasOwn(body, 'application'));
}

function without(body: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = body;
  return rest;
}

function textMembers(around: JsonObject): Partial<Record<'application' | 'team' | 'key' | 'id', string>> {
  const members: Partial<Record<'application' | 'team' | 'key' | 'id', string>> = {};
  for (const name of ['application', 'team', 'key', 'id'] as const) {
    const value = around[name];
    const text = typeof value === 'string' ? value : name === 'id' ? numberText(value) : undefined;
    if (text !== undefined) members[name] = text;
  }
  return members;
}

/** What a body says the catalogs call the application. */
function aliasesOf(value: Json | undefined): CatalogAliases {
  const aliases: { -readonly [name in keyof CatalogAliases]: string } = {};
  if (isObject(value)) {
    for (const name of CATALOG_NAMES) {
      const alias = value[name];
      if (typeof alias === 'string') aliases[name] = alias;
    }
  }
  return aliases;
}

/** A mistake in a query parameter has no place in the body. */
function aboutQuery(finding: Finding, fromQuery: ReadonlySet<string>): Finding {
  const [first = ''] = pointerSteps(finding.pointer);
  if (finding.code === 'missing_member' && finding.pointer === '') {
    return { ...finding, hint: 'Write it into the body, or into the query of the request.' };
  }
  return fromQuery.has(first)
    ? { ...finding, pointer: '', message: `In the query: ${finding.message}` }
    : finding;
}
