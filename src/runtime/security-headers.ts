/**
 * Headers of every response. No page runs a script, loads anything, or is shown within another page; no response is taken
 * for another type than it says. A page with a style of its own replaces the policy.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy(),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Returns the Content-Security-Policy of a page with at most one style, given by its hash (`sha256-...`). */
export function contentSecurityPolicy(styleHash?: string): string {
  const style = styleHash === undefined ? '' : ` style-src '${styleHash}';`;
  return `default-src 'none';${style} base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
