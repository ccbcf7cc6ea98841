import type { Route } from '../domain/application.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ManagedKind } from '../domain/managed-fields.ts';
import type { Decoded } from '../format/decoded.ts';
import type { Operation } from '../contract/operations.ts';
import type { QueryName } from '../contract/query-parameters.ts';

/** A request to the pipeline, independent of HTTP. */
export interface PipelineRequest {
  readonly operation: Operation;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  /** The decoded body; absent if the method has none. */
  readonly body?: Decoded;
  readonly route: Route;
  readonly context: RequestContext;
}

/** An answer of the pipeline. */
export interface PipelineAnswer<Body extends JsonObject = JsonObject> {
  readonly status: 200 | 201;
  readonly body: Body;
}

/** Returns the kind of Datadog object that a kind of Birddog is stored as. */
export function storedKind(kind: ManagedKind): 'monitor' | 'dashboard' {
  return kind === 'dashboard' ? 'dashboard' : 'monitor';
}
