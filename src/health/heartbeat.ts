import { deadlineAfter } from '../domain/deadline.ts';
import type { Outbound } from '../runtime/outbound.ts';
import type { Deps } from '../runtime/service.ts';
import type { Observer } from './incident-identity.ts';
import { healthy, type Probe } from './probe.ts';
import type { HeartbeatConfig, Receivers } from './receivers-file.ts';

/** Reports to a monitoring service that this process runs. The service notifies operators when no report arrives. */
export interface Heartbeat {
  /** Sends one report. Never rejects. */
  beat(): Promise<void>;
  /** Returns why the last report was not accepted; undefined if it was, or before the first. */
  fault(): string | undefined;
}

/** Time limit (ms) of one report. It is below the shortest interval, so that reports do not overlap. */
const TIMEOUT_MS = 8000;

/** Creates a heartbeat. Logs the first of several failures. No message contains the address. */
export function createHeartbeat(
  { url }: HeartbeatConfig,
  { process, host }: Pick<Observer, 'process' | 'host'>,
  outbound: Outbound,
  { clock, log }: Deps,
): Heartbeat {
  let fault: string | undefined;

  async function send(): Promise<string | undefined> {
    const deadline = deadlineAfter(TIMEOUT_MS, clock);
    try {
      const { status } = await outbound.send({
        method: 'POST',
        url: new URL(url.reveal()),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ process, host, at: new Date(clock.now()).toISOString() }),
        deadline,
        maxBytes: 1024 * 1024,
      });
      return status >= 200 && status <= 299 ? undefined : `status ${status}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      deadline.close();
    }
  }

  return {
    async beat() {
      const reason = await send();
      if (reason !== undefined && fault === undefined) log.warn('heartbeat not accepted', { reason });
      fault = reason;
    },
    fault: () => fault,
  };
}

/** Sends reports at once and then at each interval until it is closed. */
export function beatEvery(everyMs: number, heartbeat: Heartbeat): { close(): Promise<void> } {
  void heartbeat.beat();
  const timer = setInterval(() => void heartbeat.beat(), everyMs).unref();
  return { close: async () => clearInterval(timer) };
}

/** Returns the probe of the receivers file: a warning if nobody is notified of incidents, or if the heartbeat is not accepted. */
export function receiversProbe({ receivers }: Receivers, heartbeat: Heartbeat | undefined): Probe {
  return {
    name: 'receivers',
    async probe() {
      if (receivers.length === 0)
        return {
          state: 'warning',
          detail: 'Incidents are only logged: BIRDDOG_RECEIVERS names no receiver.',
          hint: 'Add a receiver to the file (docs/metrics.md).',
        };
      const fault = heartbeat?.fault();
      if (fault !== undefined)
        return {
          state: 'warning',
          detail: `The heartbeat was not accepted: ${fault}.`,
          hint: 'Check the address in url_file of the heartbeat, the proxy and the egress rules of the pod.',
        };
      return healthy(`Receivers of incidents: ${receivers.length}${heartbeat ? ', and a heartbeat' : ''}.`);
    },
  };
}
