import { z } from 'zod';

/** The result of one health probe. */
const checkedPartSchema = z.object({
  name: z.string(),
  /** `skipped`: not probed, because a part that it depends on failed. */
  state: z.enum(['ok', 'warning', 'failed', 'skipped']),
  /** Duration of the probe in milliseconds. */
  ms: z.number(),
  detail: z.string(),
  /** The fix; empty if nothing is to be done. */
  hint: z.string(),
});
export type CheckedPart = z.output<typeof checkedPartSchema>;

/** The response of `GET /check`. `ok` is true if no part failed. The response is cached for a few seconds. */
export const checkReportSchema = z.object({
  ok: z.boolean(),
  /** When the parts were probed, in ISO 8601. */
  checked_at: z.string(),
  version: z.string(),
  parts: z.array(checkedPartSchema),
});
export type CheckReport = z.output<typeof checkReportSchema>;

/** Returns whether every part is healthy. A warning counts as healthy, a skipped part does not. */
export function allWell(parts: readonly CheckedPart[]): boolean {
  return parts.every(({ state }) => state === 'ok' || state === 'warning');
}
