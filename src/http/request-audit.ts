import { type Endpoint, isWrite } from '../contract/operations.ts';
import type { QueryName } from '../contract/query-parameters.ts';
import { APPLICATION_SLUG, KEY_SLUG } from '../domain/application.ts';
import type { Caller } from '../domain/caller.ts';
import { isObject, type Json, numberText } from '../domain/json.ts';
import type { PlanAction } from '../domain/plan.ts';
import type { ProblemError } from '../domain/problem.ts';
import type { Audit } from '../pipeline/ports.ts';
import type { Log } from '../runtime/log.ts';

/**
 * The audit lines of one write request: one per written object, and one for the request itself if it was refused, failed or
 * changed nothing. Read requests have none.
 */
export interface RequestAudit {
  calledBy(caller: Caller): void;
  /** Records the object that the request names. */
  isAbout(asked: Asked): void;
  readonly wrote: Audit;
  /** Records that the request was served in this process. */
  done(): void;
  refused(problem: ProblemError): void;
}

interface Asked {
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  /** The body, or its fields that name the object. */
  readonly body?: Json;
  /** Whether the answer is a plan, so that nothing is written. */
  readonly isPlan?: boolean;
}

const OUTCOMES: Readonly<Record<PlanAction, string>> = {
  create: 'created',
  update: 'updated',
  rename: 'renamed',
  replace: 'replaced',
  delete: 'deleted',
  none: 'unchanged',
  extra: 'unchanged',
  clone: 'unchanged',
};

/** Starts the audit of a request. `log` adds the ids of the request to each line. */
export function auditRequest(operation: Endpoint, log: Log): RequestAudit {
  let who: Caller | undefined;
  let target: Record<string, string> = operation.kind === undefined ? {} : { kind: operation.kind };
  let writes = isWrite(operation);
  let written = false;
  const write = (fields: Readonly<Record<string, unknown>>) => {
    if (!writes) return;
    written = true;
    const caller = who ? { caller: who.name, auth: who.auth ?? 'none' } : { caller: '' };
    log.info('audit', { ...caller, operation: operation.path, ...fields });
  };
  return {
    calledBy(caller) {
      who = caller;
    },
    isAbout(asked) {
      writes &&= asked.query.dry_run !== 'true' && asked.isPlan !== true;
      target = { ...target, ...targetOf(asked) };
    },
    wrote: ({ action, ...object }) => write({ ...object, outcome: OUTCOMES[action] }),
    done() {
      if (!written) write({ ...target, outcome: 'unchanged' });
    },
    refused: ({ status, code }) => write({ ...target, outcome: outcomeOf(status, code), status, code }),
  };
}

function outcomeOf(status: number, code: string): string {
  if (code === 'outcome_unknown') return 'unknown';
  return status < 500 ? 'refused' : 'failed';
}

/** The valid names of a target. Other input is not logged. */
const NAMES = { application: APPLICATION_SLUG, key: KEY_SLUG, id: /^[\w-]{1,40}$/ } as const;

function targetOf({ query, body }: Asked): Record<string, string> {
  const fields = isObject(body) ? body : {};
  return Object.fromEntries(
    (['application', 'key', 'id'] as const).flatMap((name) => {
      const value = fields[name];
      const text = query[name] ?? (typeof value === 'string' ? value : numberText(value));
      return text !== undefined && NAMES[name].test(text) ? [[name, text]] : [];
    }),
  );
}
