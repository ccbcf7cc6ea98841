import { DOCS_STYLE_HASH } from '../contract/docs-page.ts';

/**
 * Headers of every response. No page runs a script, loads anything but its own style, or is shown within another page; no
 * response is taken for another type than it says.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src '${DOCS_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
