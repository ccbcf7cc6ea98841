import type { Route } from '../domain/application.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import type { Decoded } from '../format/decoded.ts';
import type { Operation, QueryName } from '../contract/operations.ts';

/** A request as every step of the pipeline sees it: no HTTP in it. */
export interface PipelineRequest {
  readonly operation: Operation;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  /** What the body holds; absent where the method has none. */
  readonly body?: Decoded;
  readonly route: Route;
  readonly context: RequestContext;
}

/** What is answered: a status and plain data. */
export interface PipelineAnswer<Body extends JsonObject = JsonObject> {
  readonly status: 200 | 201;
  readonly body: Body;
}

/** The kind under which Datadog keeps an object. */
export function storedKind(kind: ManagedKind): 'monitor' | 'dashboard' {
  return kind === 'dashboard' ? 'dashboard' : 'monitor';
}
