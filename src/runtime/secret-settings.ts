import { optional, required, text, wholeNumber } from './settings.ts';

/** Where a process finds its keys and its certificate of the hop, and how often it looks there. */
export const secretSettings = {
  BIRDDOG_SECRETS: required(text, "The folder with this process's keys, one a file."),
  BIRDDOG_CERTIFICATES: optional(
    text,
    '',
    'The folder with ca.crt, tls.crt and tls.key of the hop; by default that of the keys.',
  ),
  BIRDDOG_POLL_MS: optional(
    // Less than the minute that `birddog init --watch` leaves between two steps.
    wholeNumber(10, 30_000),
    1000,
    'How often (ms) the folders of keys and certificates are looked at for new files.',
  ),
};
