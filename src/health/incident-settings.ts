import { Secret } from '../domain/secret.ts';
import { optional, type Reader, serviceUrl, wholeNumber, yesOrNo } from '../runtime/settings.ts';

/** The address of a webhook is what lets one post there, so it is a secret. */
const secretUrl: Reader<Secret> = (value) => {
  try {
    return new Secret(serviceUrl(value).href);
  } catch {
    throw new Error('it is no https address without credentials in it (or http on loopback)');
  }
};

/** Who is told when trouble lasts. */
export const incidentSettings = {
  BIRDDOG_ALARM_WEBHOOK: optional<Secret | undefined>(
    secretUrl,
    undefined,
    'Where lasting trouble is posted as JSON; its `text` is what Slack and its kind show.',
  ),
  BIRDDOG_ALARM_EVENTS: optional(yesOrNo, true, 'Whether lasting trouble becomes an event in Datadog.'),
  BIRDDOG_INCIDENT_AFTER_MS: optional(
    wholeNumber(50, 86_400_000),
    60_000,
    'How long (ms) trouble lasts before somebody is told; five times as long for rate limits and catalogs.',
  ),
};
