/**
 * Headers of every response. They forbid scripts, external resources, embedding in other pages, and content sniffing. A page
 * with an inline style replaces the policy.
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
