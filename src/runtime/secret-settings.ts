import { optional, required, text, wholeNumber } from './settings.ts';

/** The folders of a process's keys and sidecar certificate, and how often they are polled. */
export const secretSettings = {
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
};
