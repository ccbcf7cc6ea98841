import { z } from 'zod';

/** One thing that was looked at. */
const checkedPartSchema = z.strictObject({
  name: z.string(),
  /** `skipped`: it could not be looked at because of another that failed. */
  state: z.enum(['ok', 'warning', 'failed', 'skipped']),
  /** Milliseconds it took. */
  ms: z.number(),
  detail: z.string(),
  /** What to do; empty where nothing is to be done. */
  hint: z.string(),
});
export type CheckedPart = z.output<typeof checkedPartSchema>;

/** What `GET /check` answers. `ok` where nothing failed. The same answer is given for some seconds. */
export const checkReportSchema = z.object({
  ok: z.boolean(),
  /** When it was looked, as ISO 8601. */
  checked_at: z.string(),
  version: z.string(),
  parts: z.array(checkedPartSchema),
});
export type CheckReport = z.output<typeof checkReportSchema>;

/** Whether all of it is well: a warning is, a part that could not be looked at is not. */
export function allWell(parts: readonly CheckedPart[]): boolean {
  return parts.every(({ state }) => state === 'ok' || state === 'warning');
}
