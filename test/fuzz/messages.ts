import { z } from 'zod';
import { QUERY_PARAMETERS, type QueryName } from '../../src/contract/query-parameters.ts';

const queryName = z.custom<QueryName>(
  (name) => typeof name === 'string' && Object.hasOwn(QUERY_PARAMETERS, name),
);
const query = z.partialRecord(queryName, z.string());

const input = z.object({
  path: z.string(),
  format: z.enum(['json', 'yaml', 'toml']),
  query,
  body: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  before: z.string().optional(),
});

/** A job of a worker process: cases of a seed by their ids, or one input, with the time after which a case counts as stuck. */
export const jobSchema = z.object({
  seed: z.number(),
  ids: z.array(z.number()),
  input: input.optional(),
  stuckMs: z.number(),
});
export type Job = z.infer<typeof jobSchema>;

const fault = z.object({
  kind: z.enum([
    'exception',
    'internal_error',
    'finding_without_place',
    'unresolved_pointer',
    'unreadable_answer',
    'failing_fix',
    'hang',
    'crash',
    'superlinear',
    'memory_growth',
    'status_500',
    'no_answer',
    'process_ended',
  ]),
  signature: z.string(),
  detail: z.string(),
});
/** A fault that a case triggers. Faults with the same kind and signature (code, file and function) count as one. */
export type Fault = z.infer<typeof fault>;
export type FaultKind = Fault['kind'];

const seen = z.object({
  id: z.number(),
  decoded: z.boolean(),
  planned: z.boolean(),
  /** The problem's code, or "ok". */
  outcome: z.string(),
  faults: z.array(fault),
  bytes: z.number(),
  cpuMs: z.number(),
});
/** The result of one case. */
export type Seen = z.infer<typeof seen>;

const memory = z.object({ cases: z.number(), heapBytes: z.number(), rssBytes: z.number() });
/** Memory after garbage collection, and the number of cases that the process had executed by then. */
export type MemorySample = z.infer<typeof memory>;

/** Messages of a worker process: a case begins or has ended, the job is done, the function in which a case is stuck. */
export const reportSchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ at: z.number() }),
  z.object({ seen }),
  z.object({ done: memory }),
]);
export type Report = z.infer<typeof reportSchema>;
