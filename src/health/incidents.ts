interface IncidentKind {
  readonly title: string;
  /** How long it lasts before somebody is told: so many times BIRDDOG_INCIDENT_AFTER_MS. */
  readonly notifyAfter: number;
  readonly hint: string;
}

/** Everything that somebody is told of when it lasts. docs/runbook.md is held against this table both ways. */
export const INCIDENTS = {
  sidecar_unavailable: {
    title: 'The sidecar is away',
    notifyAfter: 1,
    hint: 'Applications that are not listed are not served. See the log of the sidecar container.',
  },
  datadog_keys_refused: {
    title: 'Datadog refuses the keys',
    notifyAfter: 1,
    hint: 'Nothing can be read or written. Put valid keys into Vault.',
  },
  datadog_unavailable: {
    title: 'Datadog fails or cannot be reached',
    notifyAfter: 1,
    hint: "See Datadog's status page, then the proxy and the egress rules of the pod.",
  },
  datadog_budget_exhausted: {
    title: 'A rate limit of Datadog leaves no room',
    notifyAfter: 5,
    hint: 'See who uses it up: `datadog.apis.usage.per_user` in Datadog, and which callers ask Birddog most.',
  },
  catalog_unavailable: {
    title: 'A catalog cannot tell',
    notifyAfter: 5,
    hint: 'Applications that are not known from before are not served. See its credentials, and whether it is reached.',
  },
  certificate_ending: {
    title: 'A certificate nears its end',
    notifyAfter: 0,
    hint: 'Restart the pod, or see why `birddog init --watch` (or whoever fills BIRDDOG_TLS) has not renewed it.',
  },
  secrets_refused: {
    title: 'New secrets are refused',
    notifyAfter: 1,
    hint: 'Those before stay in use. Mend what writes the files; the detail says what is wrong with them.',
  },
  issuer_unavailable: {
    title: 'The issuer of tokens cannot be asked for its keys',
    notifyAfter: 5,
    hint: 'Tokens signed with keys that are not known yet are refused. See BIRDDOG_OIDC_JWKS_URL, the proxy and the egress rules.',
  },
  callers_file_refused: {
    title: 'A file about callers is refused',
    notifyAfter: 1,
    hint: 'What it said before holds. The log names the line and column of the mistake.',
  },
  ledger_unwritable: {
    title: 'The journal cannot be written',
    notifyAfter: 1,
    hint: 'No create is begun. See whether the volume of BIRDDOG_LEDGER is full or read-only.',
  },
} as const satisfies Record<string, IncidentKind>;

export type IncidentCode = keyof typeof INCIDENTS;
