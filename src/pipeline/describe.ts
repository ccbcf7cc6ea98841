import { type Alert, alertJson } from '../alerts/alert.ts';
import { readOrObstacle } from '../alerts/read-back.ts';
import type { RouteFields } from '../contract/answer-parts.ts';
import type { ShownObject } from '../contract/answers.ts';
import type { Route } from '../domain/application.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import { idOf, unmarked } from '../domain/marker.ts';
import { withReferences } from '../domain/references.ts';
import type { ObjectPort } from './ports.ts';

/** Returns the fields of a response that describe the route of an application. */
export function routeMembers(route: Route): RouteFields {
  if (route.route === 'listed') return { route: route.route };
  const { missingFrom, notChecked } = route;
  return {
    route: route.route,
    missing_from: [...missingFrom],
    ...(notChecked === undefined ? {} : { not_checked: [...notChecked] }),
  };
}

/**
 * Returns an object as the API shows it: its id and URL in Datadog, and its definition without the marker. `keys` are those of
 * the monitors that an alert combines, by `monitor:id`.
 */
export function describe(
  kind: ManagedKind,
  port: ObjectPort,
  object: JsonObject,
  keys: ReadonlyMap<string, string> = new Map(),
): ShownObject {
  const definition = unmarked(port.kind, object);
  const read = kind === 'alert' ? readOrObstacle(withReferences(port.kind, definition, keys)) : {};
  const head = { id: idOf(object), url: port.url(object) };
  if (port.kind === 'dashboard') return { ...head, dashboard: definition };
  return { ...head, ...shownAlert(read), monitor: definition };
}

function shownAlert(read: ReturnType<typeof readOrObstacle> | object) {
  if ('alert' in read) return { alert: alertJson(withoutAddedTags(read.alert)) };
  return 'obstacle' in read ? { obstacle: { ...read.obstacle } } : {};
}

/** Returns an alert without the team and service tags that Birddog adds. If it has several of a kind, Birddog has added none. */
function withoutAddedTags({ tags = [], ...alert }: Alert): Alert {
  const added = ['team:', 'service:'].flatMap((start) => {
    const [only, ...more] = tags.filter((tag) => tag.startsWith(start));
    return only === undefined || more.length > 0 ? [] : [only];
  });
  const own = tags.filter((tag) => !added.includes(tag));
  return { ...alert, ...(own.length > 0 ? { tags: own } : {}) };
}
