import { alertJson } from '../alerts/alert.ts';
import { readAlert } from '../alerts/read-back.ts';
import type { Route } from '../domain/application.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import { idOf, unmarked } from '../domain/marker.ts';
import type { ObjectPort } from './ports.ts';

/** Returns the fields of a response that describe the route of an application. */
export function routeMembers(route: Route): JsonObject {
  return route.route === 'listed'
    ? { route: route.route }
    : { route: route.route, missing_from: [...route.missingFrom] };
}

/** Returns an object as the API shows it: its id and URL in Datadog, and its definition without the marker. */
export function describe(kind: ManagedKind, port: ObjectPort, object: JsonObject): JsonObject {
  const held = unmarked(port.kind, object);
  const alert = kind === 'alert' ? readAlert(held) : undefined;
  return {
    id: idOf(object),
    url: port.url(object),
    ...(alert ? { alert: alertJson(alert) } : {}),
    [port.kind]: held,
  };
}
