import { logIds, type RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { ProblemError } from '../domain/problem.ts';
import { type Log, type LogFields, logWith } from '../runtime/log.ts';
import type { Metrics, RouteTaken } from '../runtime/metrics.ts';
import { requestIdOf, traceOf } from '../runtime/request-context.ts';

/** One request from arrival to response: its ids, metrics and log lines. */
export interface RequestRecord {
  readonly ids: Pick<RequestContext, 'requestId' | 'traceparent' | 'tracestate'>;
  /** Adds the ids to every line. */
  readonly log: Log;
  calledBy(caller: string): void;
  routedTo(route: RouteTaken): void;
  /** Returns the problem for a thrown error. Unexpected errors are logged and become `internal`. */
  failed(error: unknown): ProblemError;
  answered(status: number): void;
}

/** Dependencies of a record. */
export interface Deps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
interface Asked {
  readonly method: string;
  readonly path: string;
  /** The label of the path in the metrics, from a fixed set. */
  readonly endpoint: string;
  readonly header: (name: string) => string | undefined;
}

/** Starts the record of a new request. It contains no body, query or credential. */
export function recordRequest({ method, path, endpoint, header }: Asked, deps: Deps): RequestRecord {
  const { clock, metrics } = deps;
  const requestId = requestIdOf(header);
  const trace = traceOf(header);
  const log = logWith(deps.log, logIds({ requestId, ...trace }));
  const startedAt = clock.now();
  let caller = '';
  let route: RouteTaken = 'none';
  let problem: ProblemError | undefined;
  metrics.begun();
  return {
    ids: { requestId, ...trace },
    log,
    calledBy(name) {
      caller = name;
    },
    routedTo(taken) {
      route = taken;
    },
    failed(error) {
      problem = error instanceof ProblemError ? error : unexpected(error, log);
      return problem;
    },
    answered(status) {
      const ms = clock.now() - startedAt;
      metrics.answered({ path: endpoint, method, status, route, seconds: ms / 1000 });
      const fields = {
        method,
        path,
        status,
        ms,
        route,
        caller,
        ...(problem ? problemFields(problem) : {}),
      };
      if (status < 500) log.info('answered', fields);
      else if (status === 500) log.error('answered', fields);
      else log.warn('answered', fields);
    },
  };
}

function unexpected(error: unknown, log: Log): ProblemError {
  log.error('unexpected error', { error });
  return new ProblemError('internal', 'Unexpected internal error.');
}

/** Returns the fields of a problem for the log: its code, and the cause unless the caller is at fault. */
function problemFields(problem: ProblemError): LogFields {
  const { code, message: detail, cause, status } = problem;
  return status < 500 ? { code } : { code, detail, ...(cause === undefined ? {} : { cause }) };
}
