import type { RequiredPermission } from '../../auth/required-permissions.ts';
import { CATALOG_NAMES } from '../../domain/application.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { type Pointer, pointerTo } from '../../domain/pointer.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Decoded } from '../../format/decoded.ts';
import type { Inspected, Preflight, PreflightOf } from './inspection.ts';
import type { PlainPreflight } from './protocol.ts';

/** Maximum number of permissions that one body may need. */
const MAX_WANTS = 1000;

/** The fields of a body that the audit needs: those that name its object, and the fingerprint of the plan that it applies. */
const AUDITED_FIELDS = ['application', 'key', 'id', 'basis'] as const;
/** Maximum length of such a field. No valid one is longer. */
const MAX_AUDITED = 200;

/** Returns the fields of a body that the audit needs, shortened. */
export function aboutOf({ value }: Pick<Decoded, 'value'>): JsonObject {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    AUDITED_FIELDS.flatMap((name) => {
      const field = value[name];
      const kept = typeof field === 'string' ? field.slice(0, MAX_AUDITED) : field;
      return typeof kept === 'string' || typeof kept === 'number' ? [[name, kept] as const] : [];
    }),
  );
}

/** Returns the preflight of a decoded body as plain data. Lists each required permission once, at its first position. */
export function plainPreflight(request: Inspected, preflightOf: PreflightOf): PlainPreflight {
  const { subject, wants } = preflightOf(request);
  const distinct = new Map<string, RequiredPermission>();
  for (const want of wants) {
    const key = JSON.stringify([want.permission, want.application, want.catalogName, want.isSource]);
    if (!distinct.has(key)) distinct.set(key, want);
  }
  if (distinct.size > MAX_WANTS) {
    const detail = `The body refers to ${distinct.size} applications and names in catalogs; the maximum is ${MAX_WANTS}.`;
    throw new ProblemError('too_large', detail, {
      members: { unit: 'applications', limit: MAX_WANTS, measured: distinct.size },
    });
  }
  const all = [...distinct.values()];
  return {
    subject,
    wants: all,
    places: refusable(all).map((pointer) => [pointer, request.body.locate(pointer)]),
  };
}

/** Returns a preflight from its plain data. */
export function preflightFrom({ subject, wants, places }: PlainPreflight): Preflight {
  const known = new Map(places);
  return { subject, wants, body: { locate: (pointer) => known.get(pointer) ?? { line: 1, column: 1 } } };
}

/** Returns every part of a body that a refusal can point at. */
function refusable(wants: readonly RequiredPermission[]): Pointer[] {
  const catalogs = CATALOG_NAMES.map((name) => pointerTo('', 'catalogs', name));
  const wanted = wants.flatMap(({ pointer }) => (pointer === undefined ? [] : [pointer]));
  return ['', pointerTo('', 'application'), pointerTo('', 'catalogs'), ...catalogs, ...wanted];
}
