import type { RequiredPermission } from '../../auth/required-permissions.ts';
import { CATALOG_NAMES } from '../../domain/application.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { type Pointer, pointerTo } from '../../domain/pointer.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Decoded } from '../../format/decoded.ts';
import type { Inspected, Preflight, PreflightOf } from './inspection.ts';
import type { PlainPreflight } from './plain.ts';

/** The most applications, names in catalogs and rights that one body may need permissions for. */
const MAX_WANTS = 1000;

/** The names by which the audit knows what a body is about. */
const ABOUT = ['application', 'key', 'id'] as const;

/** What of a body the audit needs: the members that name its subject, where they are short. */
export function aboutOf({ value }: Pick<Decoded, 'value'>): JsonObject {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    ABOUT.flatMap((name) => {
      const member = value[name];
      const short = typeof member === 'string' && member.length <= 200;
      return short || typeof member === 'number' ? [[name, member] as const] : [];
    }),
  );
}

/** Inspects a decoded body for the first time. Each thing that needs a permission is listed once, where it is written first. */
export function plainPreflight(request: Inspected, preflightOf: PreflightOf): PlainPreflight {
  const { subject, wants } = preflightOf(request);
  const distinct = new Map<string, RequiredPermission>();
  for (const want of wants) {
    const key = JSON.stringify([want.permission, want.application, want.catalogName]);
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

/** A preflight from its plain data. */
export function preflightFrom({ subject, wants, places }: PlainPreflight): Preflight {
  const known = new Map(places);
  return { subject, wants, body: { locate: (pointer) => known.get(pointer) ?? { line: 1, column: 1 } } };
}

/** Every part of a body that a caller or a catalog may be refused for. */
function refusable(wants: readonly RequiredPermission[]): Pointer[] {
  const catalogs = CATALOG_NAMES.map((name) => pointerTo('', 'catalogs', name));
  const wanted = wants.flatMap(({ pointer }) => (pointer === undefined ? [] : [pointer]));
  return ['', pointerTo('', 'application'), pointerTo('', 'catalogs'), ...catalogs, ...wanted];
}
