import type { RawObject } from '../raw-json.ts';

/** Returns whether a v1 downtime is active and its state, at a time in epoch seconds. */
export function stateOf(downtime: RawObject, now: number): { active: boolean; status: string } {
  const status = statusOf(downtime, now);
  return { active: status === 'active', status };
}

function statusOf({ start, end, canceled }: RawObject, now: number): string {
  if (typeof canceled === 'number') return 'canceled';
  if (Number(start) > now) return 'scheduled';
  return typeof end === 'number' && end <= now ? 'ended' : 'active';
}
