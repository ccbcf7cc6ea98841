import { compileAlert } from '../alerts/compile.ts';
import { alertSchema } from '../contract/schemas.ts';
import { toSend, type ManagedKind, type StoredKind } from '../domain/managed-fields.ts';
import type { Route } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import type { Stamp } from '../domain/marker.ts';
import type { Pointer } from '../domain/pointer.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Envelope } from './envelope.ts';
import { defaultKey } from './lint.ts';
import { storedKind } from './request.ts';

/** A write that is ready to be compared with Datadog. */
export interface Compiled {
  readonly verb: 'create' | 'update';
  readonly kind: ManagedKind;
  readonly stored: StoredKind;
  readonly application: string;
  /** Absent only for an update that gives only the id. */
  readonly key: string | undefined;
  readonly id: string | undefined;
  /** The pointer of the object in the body. */
  readonly pointer: Pointer;
  /** The monitor or dashboard to send, without its marker. */
  readonly object: JsonObject;
  readonly stamp: Omit<Stamp, 'key'>;
  readonly findings: readonly Finding[];
}

/**
 * Compiles a valid body into the object to send: converts an alert to a monitor and drops fields that Birddog never manages.
 * Returns `warnings` together with the findings about the dropped fields.
 */
export function compile(envelope: Envelope, route: Route, warnings: readonly Finding[]): Compiled {
  const { verb, kind, object, application, key, id, team, pointer } = envelope;
  if (!isObject(object) || application === undefined) {
    throw new ProblemError('internal', 'An invalid body passed the lint.');
  }
  const { object: sent, findings } = toSend(
    storedKind(kind),
    kind === 'alert' ? compileAlert(alertSchema.parse(object)) : object,
  );
  return {
    verb,
    kind,
    stored: storedKind(kind),
    application,
    key: key ?? (id === undefined ? defaultKey(kind, object) : undefined),
    id: verb === 'update' ? id : undefined,
    pointer,
    object: sent,
    stamp: {
      application,
      ...(team === undefined ? {} : { team }),
      ...(route.route === 'listed' ? { service: route.service } : {}),
    },
    findings: [...warnings, ...findings.map((f) => ({ ...f, pointer: `${pointer}${f.pointer}` }))],
  };
}
