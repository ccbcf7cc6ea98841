import { optional, text, wholeNumber } from '../runtime/settings.ts';

/** Settings of the notifications about incidents. */
export const incidentSettings = {
  BIRDDOG_RECEIVERS: optional(
    text,
    '',
    'YAML file with the receivers of incident notifications (docs/metrics.md). Without it, incidents become events in Datadog.',
  ),
  BIRDDOG_INCIDENT_AFTER_MS: optional(
    wholeNumber(50, 86_400_000),
    60_000,
    'Time (ms) that an incident lasts before operators are notified. Five times as long for rate limits, catalogs and the token issuer.',
  ),
};
