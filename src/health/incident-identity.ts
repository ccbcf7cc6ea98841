import { hostname } from 'node:os';

/**
 * Which processes have an incident in common: `process` none, because it is about this pod; `container` the same container of every
 * replica; `installation` every process with the same ledger.
 */
export const INCIDENT_SCOPES = ['process', 'container', 'installation'] as const;
export type IncidentScope = (typeof INCIDENT_SCOPES)[number];

/** The process that observes incidents. */
export interface Observer {
  /** `serve` or `sidecar`. */
  readonly process: string;
  readonly host: string;
  /** Identifies the ledger that processes share; undefined if this process has its own. */
  readonly installation: string | undefined;
}

/** Returns this process as an observer. */
export function observerOf(process: string, installation: string | undefined): Observer {
  return { process, host: hostname(), installation };
}

/**
 * Returns the identity of an incident: equal for all processes that have it in common, and after a restart. Notifications with one
 * identity are about one incident. Without a shared ledger, no process has an incident in common with another.
 */
export function incidentName(
  {
    code,
    about = '',
    scope = 'process',
  }: {
    readonly code: string;
    readonly about?: string;
    readonly scope?: IncidentScope;
  },
  { process, host, installation }: Observer,
): string {
  const incident = about === '' ? code : `${code}:${about}`;
  if (installation === undefined || scope === 'process') return `${process}:${host}:${incident}`;
  return scope === 'container' ? `${process}:${installation}:${incident}` : `${installation}:${incident}`;
}
