import { isTimeZone } from '../lint/monitor/time-zone.ts';
import { ledgerPlace } from '../ledger/ledger-place.ts';
import { HISTORY_DAYS } from '../ledger/sql/revisions.ts';
import { SITE_NAMES, type Site, siteOfPages } from '../datadog/sites.ts';
import {
  oneOf,
  optional,
  type Reader,
  required,
  serviceUrl,
  text,
  wholeNumber,
  yesOrNo,
} from '../runtime/settings.ts';

const site: Reader<Site | ''> = (value) => {
  const meant = siteOfPages(value);
  if (meant !== undefined)
    throw new Error(
      `"${value}" is the address of web pages; the site is ${meant}. For any other address of the API, set DATADOG_URL instead`,
    );
  return oneOf(...SITE_NAMES)(value);
};
const timeZone: Reader<string> = (value) => {
  if (!isTimeZone(value)) throw new Error(`"${value}" is not the name of a time zone, such as Europe/Berlin`);
  return value;
};
const optionalUrl: Reader<URL | undefined> = serviceUrl;

/** Settings that `birddog serve` and `birddog sidecar` both read. Their own tables list them. Times in ms. */
export const servingSettings = {
  BIRDDOG_SECRETS: required(text, 'Folder with the keys of this process, one file per key.'),
  BIRDDOG_CERTIFICATES: optional(
    text,
    '',
    'Folder with ca.crt, tls.crt and tls.key for the connection between Birddog and the sidecar. Default: BIRDDOG_SECRETS.',
  ),
  BIRDDOG_POLL_MS: optional(
    // Below the default of INIT_STEP_MS (one minute): a reader must notice each rotation step before the next one.
    wholeNumber(10, 30_000),
    1000,
    'Interval (ms) at which the folders of keys and certificates are polled.',
  ),
  BIRDDOG_LEDGER: required(
    ledgerPlace,
    'Where the ledger is: the path of a SQLite file, for one replica; or `postgresql://host:5432/database?sslmode=verify-full`, one database for all replicas and both containers. User and password are the files `ledger-user` and `ledger-password` of BIRDDOG_SECRETS, and `ledger-ca.crt` is its CA.',
  ),
  BIRDDOG_HISTORY_DAYS: optional(
    wholeNumber(1, 3_650),
    HISTORY_DAYS,
    'Days for which a PostgreSQL ledger keeps the history of the objects. The newest revision of each object is always kept.',
  ),
  BIRDDOG_SETTLE_MS: optional(
    wholeNumber(1_000, 600_000),
    30_000,
    'Time (ms) after which a write without an answer that is not visible in Datadog counts as never written. One attempt of a write waits up to 25 s for its answer, so a value below 30,000 risks duplicates; it is meant for tests.',
  ),
  BIRDDOG_BUDGET_SHARE: optional(
    wholeNumber(1, 100),
    80,
    'Share (percent) of each Datadog rate limit that Birddog uses. The rest is left to other users of the organisation.',
  ),
  BIRDDOG_CHECK_TTL_MS: optional(
    wholeNumber(0, 600_000),
    10_000,
    'Time (ms) for which the response of `GET /check` is cached before the health checks run again.',
  ),
  BIRDDOG_RECEIVERS: optional(
    text,
    '',
    'YAML file with the receivers of incident notifications (docs/metrics.md). If unset, incidents are sent to Datadog as events.',
  ),
  BIRDDOG_INCIDENT_AFTER_MS: optional(
    wholeNumber(50, 86_400_000),
    60_000,
    'Time (ms) that a failure must last before operators are notified. The time is five times as long for rate limits, catalogs and the token issuer.',
  ),
  BIRDDOG_VALIDATE: optional(
    yesOrNo,
    true,
    'Whether plans ask Datadog to validate new and changed monitors: `true` or `false`. `validate=false` switches it off for one plan.',
  ),
  BIRDDOG_HANDLES: optional(
    text,
    '',
    'Known recipients, so that plans warn about any other `@handle`: a file with one handle on each line or a YAML list, reloaded when it changes, which `/lint` uses too; or `datadog`, to read users, teams, Slack channels, Opsgenie services and channels of Microsoft Teams from Datadog. The application key then needs the permissions `user_access_read`, `teams_read` and `integrations_read`.',
  ),
  BIRDDOG_PACKS: optional(
    text,
    '',
    'Folder with further packs: YAML, JSON or TOML files, read once at the start. A pack replaces a built-in one with the same name and version.',
  ),
  BIRDDOG_MAX_DELETE_PERCENT: optional(
    wholeNumber(0, 100),
    20,
    "Maximum share (percent) of an application's objects that one apply may delete. Three objects may always be deleted; `force=true` removes the limit.",
  ),
  BIRDDOG_MAX_CHANGE_PERCENT: optional(
    wholeNumber(0, 100),
    50,
    "Maximum share (percent) of an application's existing monitors whose query, thresholds or recipients one apply may change. Five monitors may always be changed; `max_changes` sets a number instead, and `force=true` removes the limit.",
  ),
  BIRDDOG_TIME_ZONE: optional(
    timeZone,
    'UTC',
    'Time zone of reports: an IANA name such as `Europe/Berlin`. In it, 22:00 to 07:00 and weekends are out of hours.',
  ),
  BIRDDOG_DRAIN_MS: optional(
    wholeNumber(0, 600_000),
    40_000,
    'Time (ms) that requests in progress have after SIGTERM. For an eighth of it, at most 5 s, new requests are still served; then they get 503 `shutting_down`.',
  ),
  DATADOG_SITE: optional(site, '', 'Datadog site, such as datadoghq.eu. Set either this or DATADOG_URL.'),
  DATADOG_URL: optional(
    optionalUrl,
    undefined,
    'Base URL of the Datadog API, for an emulator or a site that DATADOG_SITE does not accept.',
  ),
  DATADOG_UI_URL: optional(
    optionalUrl,
    undefined,
    "Base URL of Datadog's web pages. Default: the web address of the site.",
  ),
};
