import type { Organisation } from '../organisation.ts';

/** The SLOs that count on a monitor. */
export function slosOfMonitor(
  organisation: Organisation,
  monitorId: unknown,
): { id: string; name: string }[] {
  return organisation
    .collection('slos')
    .all()
    .filter(({ monitor_ids }) => Array.isArray(monitor_ids) && monitor_ids.includes(monitorId))
    .map(({ id, name }) => ({ id: String(id), name: String(name) }));
}
