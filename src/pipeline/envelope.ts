import { append } from '../domain/append.ts';
import { type CatalogAliases, CATALOG_NAMES } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject, numberText } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import { type Pointer, pointerSteps, pointerTo } from '../domain/pointer.ts';
import { check } from '../contract/check.ts';
import { ENVELOPE_SCHEMAS } from '../contract/schemas.ts';
import { kindOfBody } from './body-kind.ts';

/** The parsed body of a create or update. Fields hold what the user wrote; `findings` lists its mistakes. */
export interface Envelope {
  readonly verb: 'create' | 'update';
  readonly kind: ManagedKind;
  readonly application?: string;
  readonly team?: string;
  readonly key?: string;
  readonly id?: string;
  readonly catalogs: CatalogAliases;
  /** The monitor, alert or dashboard, with its pointer in the body. */
  readonly object: Json | undefined;
  readonly pointer: Pointer;
  readonly findings: readonly Finding[];
}

const ENVELOPE_FIELDS = ['application', 'team', 'key', 'id', 'catalogs'] as const;
type Query = Readonly<Record<string, string | undefined>>;

/**
 * Parses `{application, team, key?, catalogs?, monitor}`, or a bare object with the other fields in the query.
 * A field in both the body and the query must have the same value.
 */
export function readEnvelope(
  verb: 'create' | 'update',
  kind: ManagedKind,
  body: Json,
  query: Query,
): Envelope {
  return { verb, ...partsOf(verb, kind, body, query) };
}

/** Parses the body of a preview of one alert or monitor. The object is undefined if the body has only a key. */
export function readPreviewEnvelope(body: JsonObject): Envelope {
  return { verb: 'create', ...partsOf('preview', kindOfBody(body), body, {}) };
}

function partsOf(
  schema: keyof typeof ENVELOPE_SCHEMAS,
  kind: ManagedKind,
  body: Json,
  query: Query,
): Omit<Envelope, 'verb'> {
  const wrapped = isWrapped(kind, body);
  const outer = wrapped ? without(body, kind) : {};
  const findings: Finding[] = [];
  const fromQuery = new Set<string>();
  for (const name of ENVELOPE_FIELDS) {
    const value = query[name];
    if (value === undefined) continue;
    if (outer[name] === undefined) {
      outer[name] = value;
      fromQuery.add(name);
    } else if ((numberText(outer[name]) ?? outer[name]) !== value) {
      findings.push({
        code: 'conflicting_value',
        severity: 'error',
        message: `"${name}" is ${JSON.stringify(outer[name])} in the body but "${value}" in the query.`,
        pointer: pointerTo('', name),
        hint: 'Give the value in one place.',
      });
      // The query takes precedence, because permissions were checked against it before the body was read.
      outer[name] = value;
    }
  }
  append(
    findings,
    check(ENVELOPE_SCHEMAS[schema], outer, '').map((f) => aboutQuery(f, fromQuery)),
  );
  const object = wrapped ? body[kind] : body;
  const needsObject = schema !== 'preview' || outer['key'] === undefined;
  if (wrapped && object === undefined && needsObject) {
    findings.push({
      code: 'missing_member',
      severity: 'error',
      message: `"${kind}" is required.`,
      pointer: '',
    });
  }
  return {
    kind,
    ...textMembers(outer),
    catalogs: aliasesOf(outer['catalogs']),
    object,
    pointer: wrapped ? pointerTo('', kind) : '',
    findings,
  };
}

/** Returns whether a body wraps its object in an envelope. */
export function isWrapped(kind: ManagedKind, body: Json): body is JsonObject {
  return isObject(body) && (isObject(body[kind]) || Object.hasOwn(body, 'application'));
}

function without(body: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = body;
  return rest;
}

function textMembers(outer: JsonObject): Partial<Record<'application' | 'team' | 'key' | 'id', string>> {
  const members: Partial<Record<'application' | 'team' | 'key' | 'id', string>> = {};
  for (const name of ['application', 'team', 'key', 'id'] as const) {
    const value = outer[name];
    const text = typeof value === 'string' ? value : name === 'id' ? numberText(value) : undefined;
    if (text !== undefined) members[name] = text;
  }
  return members;
}

/** Returns the names of the application in the catalogs, as the body gives them. */
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

/** Removes the pointer from a finding about a query parameter, which has no position in the body. */
function aboutQuery(finding: Finding, fromQuery: ReadonlySet<string>): Finding {
  const [first = ''] = pointerSteps(finding.pointer);
  if (finding.code === 'missing_member' && finding.pointer === '') {
    return { ...finding, hint: 'Add it to the body or to the query.' };
  }
  return fromQuery.has(first)
    ? { ...finding, pointer: '', message: `In the query: ${finding.message}` }
    : finding;
}
