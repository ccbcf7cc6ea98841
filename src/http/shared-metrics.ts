import type { Metrics } from '../runtime/metrics.ts';

type Values = () => ReadonlyMap<string, number>;

/** The state of the Datadog client. Times are epoch ms. */
interface DatadogReadings {
  readonly budget: { readonly remaining: Values; readonly limits: Values };
  readonly health: {
    readonly retries: Values;
    readonly keysRefused: () => boolean;
    readonly budgetRefusals: () => number;
  };
}

/** The state of the ledger. */
interface LedgerReadings {
  readonly entries: number;
  /** Epoch ms; undefined when there is no entry. */
  readonly oldestAt: number | undefined;
  /** Size of the whole file. */
  readonly bytes: number;
  readonly failures: number;
}

/** Registers the metrics of the Datadog client and the ledger, which both processes have. */
export function registerSharedMetrics(
  metrics: Metrics,
  { budget, health }: DatadogReadings,
  ledger: () => LedgerReadings,
  now: () => number,
): void {
  metrics.readings(
    'gauge',
    'birddog_datadog_budget_left',
    'Calls remaining in the current period of each Datadog rate limit.',
    'limit',
    budget.remaining,
  );
  metrics.readings(
    'gauge',
    'birddog_datadog_budget_limit',
    'Calls allowed per period by each Datadog rate limit.',
    'limit',
    budget.limits,
  );
  metrics.readings(
    'counter',
    'birddog_datadog_retries_total',
    'Retried Datadog calls, by the HTTP status of the failed attempt, or "connection" when no response arrived.',
    'reason',
    health.retries,
  );
  metrics.counter(
    'birddog_datadog_budget_refusals_total',
    'Calls abandoned because a Datadog rate limit allowed none before the deadline.',
    health.budgetRefusals,
  );
  metrics.gauge('birddog_datadog_keys_refused', '1 while Datadog rejects the keys.', () =>
    health.keysRefused() ? 1 : 0,
  );
  metrics.gauge(
    'birddog_ledger_entries',
    'Creates that are in progress or have an unknown outcome.',
    () => ledger().entries,
  );
  metrics.gauge('birddog_ledger_oldest_entry_seconds', 'Age of the oldest ledger entry.', () => {
    const { oldestAt } = ledger();
    return oldestAt === undefined ? 0 : Math.max(0, (now() - oldestAt) / 1000);
  });
  metrics.gauge(
    'birddog_ledger_size_bytes',
    'Size of the ledger file, caches included.',
    () => ledger().bytes,
  );
  metrics.counter(
    'birddog_ledger_write_failures_total',
    'Failed writes to the ledger.',
    () => ledger().failures,
  );
}
