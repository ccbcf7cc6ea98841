import { isWrite } from '../contract/operations.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import { isObject } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { readDocument } from '../pipeline/document/read-document.ts';
import type { PipelineRequest } from '../pipeline/request.ts';
import type { Subject } from '../pipeline/subject.ts';
import type { Right } from './access-file.ts';

export type AskedFor = Pick<PipelineRequest, 'operation' | 'query' | 'body'>;

/** Something that a request reaches for. */
export interface Want {
  readonly right: Right;
  readonly application: string;
  /** What a catalog calls the application, as the request says; absent where it has the application's own name. */
  readonly knownAs?: string;
  /** Where in the body it is asked for; absent where the whole request does. */
  readonly pointer?: Pointer;
}

/** The right that a request needs on its own application. */
export function rightFor({ operation, query }: Pick<AskedFor, 'operation' | 'query'>): 'read' | 'write' {
  return isWrite(operation) && query.dry_run !== 'true' ? 'write' : 'read';
}

/**
 * Everything that a request reaches for: its application, and beyond it the applications that its references name, the
 * names by which it wants to be found in the catalogs, and objects that are nobody's yet.
 */
export function wantsOf(request: AskedFor, { application, aliases }: Subject): Want[] {
  const right = rightFor(request);
  const known = CATALOG_NAMES.flatMap((catalog): Want[] => {
    const name = aliases[catalog];
    if (name === undefined || name === application) return [];
    return [{ right, application, knownAs: name, pointer: pointerTo('', 'catalogs', catalog) }];
  });
  return [{ right, application }, ...known, ...beyond(request, application)];
}

function beyond({ operation, query, body }: AskedFor, application: string): Want[] {
  if (operation.verb === 'import') {
    const wide = [query.query, query.tag, query.id].some((value) => value !== undefined);
    return wide ? [{ right: 'adopt', application }] : [];
  }
  if (operation.kind !== undefined || !isObject(body?.value)) return [];
  return readDocument(body.value).wanted.flatMap(({ references, adopt, pointer }): Want[] => [
    ...(adopt === undefined
      ? []
      : [{ right: 'adopt' as const, application, pointer: pointerTo(pointer, 'adopt') }]),
    ...references.flatMap(({ to, pointer: at }): Want[] =>
      to?.application === undefined || to.application === application
        ? []
        : [{ right: 'read', application: to.application, pointer: at }],
    ),
  ]);
}
