import { deadlineAfter } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Lease } from '../ledger/port.ts';
import type { Ports } from '../pipeline/ports.ts';
import { SETTLER, settleOnce } from '../pipeline/settler.ts';
import type { Deps } from '../runtime/service.ts';

/** Interval (ms) between two rounds of the settler. */
const ROUND_MS = 5_000;
/** How long (ms) a replica waits to become the settler before it leaves the round to another. */
const LEADER_WAIT_MS = 100;

/** Settles writes with an unknown outcome every five seconds, in one replica at a time, until it is closed. */
export function startSettler(
  backend: Omit<Ports, 'audit'>,
  { clock, log }: Deps,
): { close(): Promise<void> } {
  const audit: Ports['audit'] = (entry) => log.info('audit', { caller: SETTLER, ...entry });
  const ports = { ...backend, audit };
  let round: Promise<void> = Promise.resolve();
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    round = settleRound(ports, { clock, log }).finally(() => {
      running = false;
    });
  }, ROUND_MS).unref();
  return {
    async close() {
      clearInterval(timer);
      await round;
    },
  };
}

/** Runs one round as the leader. Logs what was done, and a failure; the next round tries again. */
async function settleRound(ports: Ports, { clock, log }: Deps): Promise<void> {
  const deadline = deadlineAfter(LEADER_WAIT_MS, clock);
  let lease: Lease | undefined;
  try {
    lease = await ports.ledger.acquire([{ leader: 'settler' }], deadline);
    const { settled, deleted } = await settleOnce(ports);
    if (settled > 0) log.info('writes settled', { count: settled });
    for (const double of deleted) log.warn('double deleted', double);
  } catch (error) {
    const expected = error instanceof ProblemError && error.code !== 'internal';
    if (!expected) log.error('settler failed', { error });
  } finally {
    await lease?.release();
    deadline.close();
  }
}
