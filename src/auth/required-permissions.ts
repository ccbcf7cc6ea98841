import { memberReferences } from '../alerts/signals/composite.ts';
import { isWrite } from '../contract/operations.ts';
import { CATALOG_NAMES } from '../domain/application.ts';
import { isObject } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { PlacedReference } from '../domain/references.ts';
import { readDocument } from '../pipeline/document/read-document.ts';
import { isAboutOneObject } from '../pipeline/body-kind.ts';
import { type Envelope, readEnvelope, readPreviewEnvelope } from '../pipeline/envelope.ts';
import type { PipelineRequest } from '../pipeline/request.ts';
import type { Subject } from '../pipeline/subject.ts';
import type { Permission } from './access-file.ts';

export type RequestToAuthorize = Pick<PipelineRequest, 'operation' | 'query' | 'body'>;

/** A permission that a request requires. */
export interface RequiredPermission {
  readonly permission: Permission;
  readonly application: string;
  /** The name of the application in a catalog, according to the request. Absent if it is the application's own name. */
  readonly catalogName?: string;
  /** The part of the body that requires it. Absent if the whole request does. */
  readonly pointer?: Pointer;
  /** Whether an object of the application is renamed, so that it leaves the application. */
  readonly isSource?: true;
}

/**
 * Returns the permission that a request requires for its own application. A restore only shows its plan without a `basis`, so
 * that both kinds of restore require `apply_reviewed`.
 */
export function permissionFor({
  operation,
  query,
}: Pick<RequestToAuthorize, 'operation' | 'query'>): Exclude<Permission, 'adopt'> {
  if (!isWrite(operation) || query.dry_run === 'true') return 'read';
  const isReviewed =
    operation.verb === 'restore' || (operation.verb === 'apply' && query.basis !== undefined);
  return isReviewed ? 'apply_reviewed' : 'write';
}

/**
 * Returns all permissions that a request requires: for its application, for the catalog names that it declares, for the
 * applications that it references or takes objects from, and for unmanaged objects that it adopts or searches for.
 */
export function requiredPermissions(
  request: RequestToAuthorize,
  { application, aliases }: Subject,
): RequiredPermission[] {
  const permission = permissionFor(request);
  const forCatalogNames = CATALOG_NAMES.flatMap((catalog): RequiredPermission[] => {
    const name = aliases[catalog];
    if (name === undefined || name === application) return [];
    return [{ permission, application, catalogName: name, pointer: pointerTo('', 'catalogs', catalog) }];
  });
  return [
    { permission, application },
    ...forCatalogNames,
    ...additionalPermissions(request, application, permission),
  ];
}

/** `permission` is that for the request's own application. */
function additionalPermissions(
  { operation, query, body }: RequestToAuthorize,
  application: string,
  permission: Permission,
): RequiredPermission[] {
  if (operation.verb === 'import') {
    const findsUnmanaged = [query.query, query.tag, query.id].some((value) => value !== undefined);
    return findsUnmanaged ? [{ permission: 'adopt', application }] : [];
  }
  if (!isObject(body?.value)) return [];
  const { verb, kind } = operation;
  if (kind === 'alert' && (verb === 'create' || verb === 'update'))
    return readingMembers(readEnvelope(verb, kind, body.value, query), application);
  if (verb === 'preview' && isAboutOneObject(body.value))
    return readingMembers(readPreviewEnvelope(body.value), application);
  if (kind !== undefined) return [];
  return readDocument(body.value).entries.flatMap((entry): RequiredPermission[] => {
    const { references, adopt, renamedFrom, pointer } = entry;
    return [
      ...renamedFrom.flatMap(({ application: from }): RequiredPermission[] =>
        from === application
          ? []
          : [{ permission, application: from, pointer: pointerTo(pointer, 'renamed_from'), isSource: true }],
      ),
      ...(adopt === undefined
        ? []
        : [{ permission: 'adopt' as const, application, pointer: pointerTo(pointer, 'adopt') }]),
      ...readingOthers(references, application),
    ];
  });
}

/** Returns the permissions for the alerts of other applications that an alert combines. */
function readingMembers({ object, pointer }: Envelope, application: string): RequiredPermission[] {
  const signal = isObject(object) ? object['signal'] : undefined;
  return readingOthers(memberReferences(signal, pointerTo(pointer, 'signal')), application);
}

/** Returns the permissions for references to objects of other applications. */
function readingOthers(references: readonly PlacedReference[], application: string): RequiredPermission[] {
  return references.flatMap(({ to, pointer }): RequiredPermission[] =>
    to?.application === undefined || to.application === application
      ? []
      : [{ permission: 'read', application: to.application, pointer }],
  );
}
