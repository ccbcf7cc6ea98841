import type { Metrics } from '../runtime/metrics.ts';

type Values = () => ReadonlyMap<string, number>;

/** What both processes read of their Datadog; times in epoch ms. */
interface DatadogReadings {
  readonly budget: { readonly left: Values; readonly limits: Values };
  readonly health: {
    readonly retries: Values;
    readonly keysRefused: () => boolean;
    readonly withoutRoom: () => number;
  };
}

/** What both processes read of their journal. */
interface LedgerReadings {
  readonly entries: number;
  /** Epoch ms; undefined where there is no entry. */
  readonly oldestAt: number | undefined;
  /** Of the whole file. */
  readonly bytes: number;
  readonly failures: number;
}

/** Tells the metrics what both processes have: a Datadog, and a journal. */
export function tellSharedReadings(
  metrics: Metrics,
  { budget, health }: DatadogReadings,
  ledger: () => LedgerReadings,
  now: () => number,
): void {
  metrics.readings(
    'gauge',
    'birddog_datadog_budget_left',
    'Calls left in the current period of each rate limit of Datadog.',
    'limit',
    budget.left,
  );
  metrics.readings(
    'gauge',
    'birddog_datadog_budget_limit',
    'Calls that a period of each rate limit of Datadog has.',
    'limit',
    budget.limits,
  );
  metrics.readings(
    'counter',
    'birddog_datadog_retries_total',
    'Calls of Datadog that were repeated, by the status before, or "connection" where no answer came.',
    'reason',
    health.retries,
  );
  metrics.counter(
    'birddog_datadog_budget_refusals_total',
    'Calls given up because a rate limit left no room before the deadline.',
    health.withoutRoom,
  );
  metrics.gauge('birddog_datadog_keys_refused', '1 while Datadog refuses the keys.', () =>
    health.keysRefused() ? 1 : 0,
  );
  metrics.gauge(
    'birddog_ledger_entries',
    'Creates under way, or begun and never seen through.',
    () => ledger().entries,
  );
  metrics.gauge('birddog_ledger_oldest_entry_seconds', 'Age of the oldest of them.', () => {
    const { oldestAt } = ledger();
    return oldestAt === undefined ? 0 : Math.max(0, (now() - oldestAt) / 1000);
  });
  metrics.gauge(
    'birddog_ledger_size_bytes',
    'Size of the file of the journal and the hints.',
    () => ledger().bytes,
  );
  metrics.counter(
    'birddog_ledger_write_failures_total',
    'Writes into the journal that failed.',
    () => ledger().failures,
  );
}
