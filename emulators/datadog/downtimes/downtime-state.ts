import type { RawObject } from '../raw-json.ts';

/** Whether a downtime of the old API lasts, and its state in a word, at a time in epoch seconds. */
export function stateOf(downtime: RawObject, now: number): { active: boolean; status: string } {
  const status = statusOf(downtime, now);
  return { active: status === 'active', status };
}

function statusOf({ start, end, canceled }: RawObject, now: number): string {
  if (typeof canceled === 'number') return 'canceled';
  if (Number(start) > now) return 'scheduled';
  return typeof end === 'number' && end <= now ? 'ended' : 'active';
}
