interface IncidentKind {
  readonly title: string;
  /** How long the fault must last before operators are notified, as a multiple of BIRDDOG_INCIDENT_AFTER_MS. */
  readonly notifyAfter: number;
  readonly hint: string;
}

/** Lists every incident that operators are notified of. A test compares docs/runbook.md with this table in both directions. */
export const INCIDENTS = {
  sidecar_unavailable: {
    title: 'The sidecar is unavailable',
    notifyAfter: 1,
    hint: 'Requests for unlisted applications fail. Read the log of the sidecar container.',
  },
  datadog_keys_refused: {
    title: 'Datadog rejects the keys',
    notifyAfter: 1,
    hint: 'Birddog can neither read nor write. Put valid keys into Vault.',
  },
  datadog_unavailable: {
    title: 'Datadog is unavailable',
    notifyAfter: 1,
    hint: "Check Datadog's status page, then the proxy and the egress rules of the pod.",
  },
  datadog_budget_exhausted: {
    title: 'A Datadog rate limit is exhausted',
    notifyAfter: 5,
    hint: 'Find the heaviest user with `datadog.apis.usage.per_user` in Datadog, and the busiest callers in the Birddog log.',
  },
  catalog_unavailable: {
    title: 'A catalog is unavailable',
    notifyAfter: 5,
    hint: 'Requests for applications that are not cached fail. Check the credentials of the catalog and the network path to it.',
  },
  certificate_ending: {
    title: 'A certificate expires soon',
    notifyAfter: 0,
    hint: 'Restart the pod, or find out why `birddog init --watch` (or the owner of the BIRDDOG_TLS Secret) has not renewed it.',
  },
  secrets_refused: {
    title: 'New secret files are invalid',
    notifyAfter: 1,
    hint: 'The previous secrets stay in use. Fix the source of the files; the detail names the fault.',
  },
  issuer_unavailable: {
    title: 'The token issuer is unavailable',
    notifyAfter: 5,
    hint: 'Tokens signed with keys that are not cached are rejected. Check BIRDDOG_OIDC_JWKS_URL, the proxy and the egress rules.',
  },
  callers_file_refused: {
    title: 'The access file or the tokens file is invalid',
    notifyAfter: 1,
    hint: 'The previous content stays in force. The log gives the line and column of each fault.',
  },
  ledger_unwritable: {
    title: 'The ledger cannot be written',
    notifyAfter: 1,
    hint: 'Creates are refused. Check whether the volume of BIRDDOG_LEDGER is full or read-only.',
  },
} as const satisfies Record<string, IncidentKind>;

export type IncidentCode = keyof typeof INCIDENTS;
