import type { CallersFile } from '../src/auth/callers.ts';
import type { CatalogAnswer } from '../src/catalogs/catalog.ts';
import type { CatalogName } from '../src/domain/application.ts';
import type { Probe } from '../src/health/probe.ts';
import { openStore } from '../src/ledger/ledger.ts';
import type { MainParts } from '../src/main/probes.ts';
import type { OwnCertificate, SidecarCertificate } from '../src/runtime/certificate-files.ts';
import type { WatchedFolder } from '../src/runtime/watched-folder.ts';
import { emulatedDatadog } from './emulated-datadog.ts';

/** BIRDDOG_INCIDENT_AFTER_MS of the probed parts. */
export const AFTER_MS = 60_000;

/** Returns watched secrets that were written at the start of 1970. `refused` returns why the files on disk are invalid. */
export function watchedSecrets<T>(
  part: string,
  value: T,
  refused: () => string | undefined = () => undefined,
): WatchedFolder<T> {
  return { part, current: () => value, poll: () => false, onChange: () => {}, refused, writtenAt: () => 0 };
}

/** Returns everything that the probes of the main container read, all healthy, with the state that tests change. */
export function probedParts() {
  const emulated = emulatedDatadog();
  const state = {
    breaker: 'closed' as 'closed' | 'open',
    silent: false,
    skewed: false,
    /** Answer of the sidecar to `/check`. */
    report: { status: 200, body: '' },
    fileFaults: new Map<CallersFile, boolean>(),
    issuers: undefined as ReadonlyMap<string, boolean> | undefined,
    unavailable: new Map<CatalogName, string>(),
    catalogAnswer: { answer: 'not_found' } as CatalogAnswer,
    refused: undefined as string | undefined,
  };
  const probed: string[] = [];
  const certificate: OwnCertificate = { cert: '', key: '', endsAt: emulated.clock.now() + 1000 };
  const forSidecar: SidecarCertificate = { ...certificate, ca: '', caEndsAt: emulated.clock.now() + 2000 };
  const sidecarCertificate = watchedSecrets('upstream_certificate', forSidecar);
  const ownCertificate = watchedSecrets('own_certificate', certificate);
  const keys = watchedSecrets('datadog_keys', '', () => state.refused);
  const parts: MainParts = {
    now: emulated.clock.now,
    afterMs: AFTER_MS,
    datadog: emulated.datadog,
    ledger: openStore(':memory:', { clock: emulated.clock }).ledger,
    secrets: { sidecarCertificate, ownCertificate, watched: [keys, sidecarCertificate, ownCertificate] },
    recipients: { known: async () => undefined, status: () => ({ size: 0, faults: [] }) },
    sidecar: {
      state: () => state.breaker,
      silent: () => state.silent,
      skewed: () => state.skewed,
      openings: () => 2,
      waiting: () => 3,
      probe: async () => void probed.push('sidecar'),
      forward: async () => ({ ...state.report, headers: {} }),
    },
    lookup: {
      readings: {
        lookups: () => new Map([['hit', 4]]),
        entries: () => 5,
        unavailable: () => state.unavailable,
      },
      async probe(name) {
        probed.push(name);
        return state.catalogAnswer;
      },
    },
    callers: {
      fileFaults: () => state.fileFaults,
      unavailableIssuers: () => state.issuers,
      refreshIssuerKeys: async () => void probed.push('issuer'),
    },
  };
  return { ...emulated, state, probed, parts };
}

/** Returns the row with the given name. Throws for an unknown name. */
export function rowOf(probes: readonly Probe[], name: string): Probe {
  const row = probes.find((probe) => probe.name === name);
  if (!row) throw new Error(`no probe ${name}`);
  return row;
}

/** Returns the samples of a metric over all rows, by value of its label; without a label, under the empty string. */
export function samplesOf(probes: readonly Probe[], name: string): Record<string, number> {
  const same = probes.flatMap(({ metrics = [] }) => metrics.filter((metric) => metric.name === name));
  return Object.fromEntries(
    same.flatMap((metric) => (metric.label === undefined ? [['', metric.read()]] : [...metric.read()])),
  );
}
