import type { Json } from '../domain/json.ts';
import type { Span } from '../language/query/syntax.ts';
import { textsIn } from './each-text.ts';
import type { Hit } from './rule.ts';

interface SecretForm {
  readonly what: string;
  /** Lower-case strings, one of which occurs in every match: a string search is far cheaper than the pattern. */
  readonly near: readonly string[];
  /** The secret is the first group of the pattern, or the whole match if it has no group. */
  readonly form: RegExp;
}

/** Patterns that match only secrets, by issuer. */
const FORMS: readonly SecretForm[] = [
  { what: 'a private key', near: ['private key'], form: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/dg },
  { what: 'an AWS access key', near: ['akia', 'asia'], form: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/dg },
  {
    what: 'a GitHub token',
    near: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{50,255})\b/dg,
  },
  { what: 'a GitLab token', near: ['glpat-'], form: /\bglpat-[\w-]{20,64}/dg },
  { what: 'an npm token', near: ['npm_'], form: /\bnpm_[A-Za-z0-9]{36}\b/dg },
  { what: 'a Slack token', near: ['xox'], form: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/dg },
  {
    what: 'a Slack webhook URL',
    near: ['hooks.slack'],
    form: /hooks\.slack\.com\/(?:services|workflows|triggers)\/\w{6,20}\/\w{6,40}\/\w{16,64}/dg,
  },
  {
    what: 'a Teams webhook URL',
    near: ['office.com'],
    form: /(?:\.webhook\.office\.com\/webhookb2|outlook\.office\.com\/webhook)\/[\w-]{36}@[\w-]{36}\/\w+\/\w{16,64}/dg,
  },
  {
    what: 'a Discord webhook URL',
    near: ['webhooks/'],
    form: /discord(?:app)?\.com\/api\/webhooks\/\d{6,24}\/[\w-]{40,100}/dg,
  },
  {
    what: 'a PagerDuty integration key',
    near: ['pagerduty.com'],
    form: /events\.pagerduty\.com\/(?:integration|generic)\/[\w/-]{0,40}?([0-9a-f]{32})\b/dg,
  },
  { what: 'a Google API key', near: ['aiza'], form: /\bAIza[0-9A-Za-z_-]{35}/dg },
  { what: 'a Stripe key', near: ['k_live_'], form: /\b[rs]k_live_[0-9A-Za-z]{20,120}\b/dg },
  { what: 'a Vault token', near: ['hvs.', 'hvb.'], form: /\bhv[sb]\.[\w-]{24,250}/dg },
  {
    what: 'a signed token (JWT)',
    near: ['eyj'],
    form: /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/dg,
  },
  {
    what: 'a Datadog key',
    near: ['key'],
    form: /(?:dd|datadog|api|app|application)[-_ ]?(?:api|app|application)?[-_ ]?key["'`]?\s{0,4}[=:]\s{0,4}["'`]?([0-9a-f]{40}|[0-9a-f]{32})\b/dgi,
  },
  {
    what: 'a credential',
    near: ['authorization'],
    form: /\bauthorization["']?\s{0,4}[=:]\s{0,4}["']?(?:bearer|basic|token|geniekey)\s{1,4}([\w.~+/=-]{16,500})/dgi,
  },
  {
    what: 'a password',
    near: ['://'],
    form: /[a-z0-9]:\/\/[^\s/:@"'<>{}$]{1,100}:([^\s/@"'<>{}$*]{3,100})@[\w[]/dgi,
  },
];
/** Placeholders for passwords in examples. */
const PLACEHOLDER = /^(?:pass(?:word|wd)?|secret|token|changeme|example|redacted|x+|\.{3}|your[-_].*)$/i;
/** The minimum length of a secret. */
const SHORTEST = 16;
/** Word characters by code: 1 for lower-case letters, - and _, 2 for digits and capitals. */
const IN_WORDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return /[0-9A-Z]/.test(sign) ? 2 : /[a-z_-]/.test(sign) ? 1 : 0;
});

/**
 * Returns whether a string may contain a secret: a long word with a digit or a capital, five dashes in a row, or a URL
 * with a user name. Few strings do, and this test is much cheaper than the patterns.
 */
function mayHoldSecret(text: string): boolean {
  if (text.includes('-----')) return true;
  const address = text.indexOf('://');
  return (address >= 0 && text.includes('@', address)) || hasLongMixedWord(text);
}

/** Jumps ahead by the length of the shortest secret, and reads backwards to the previous character that is not in a word. */
function hasLongMixedWord(text: string): boolean {
  for (let from = 0; from + SHORTEST <= text.length; ) {
    let at = from + SHORTEST - 1;
    while (at >= from && kindOf(text, at) > 0) at -= 1;
    if (at >= from) from = at + 1;
    else {
      let mixed = false;
      for (; from < text.length && kindOf(text, from) > 0; from += 1) mixed ||= kindOf(text, from) === 2;
      if (mixed) return true;
    }
  }
  return false;
}

function kindOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (IN_WORDS[code] ?? 0) : 0;
}

/** Finds the secrets in a string. */
export function* secretsIn(text: string): Iterable<{ readonly what: string; readonly span: Span }> {
  if (text.length < SHORTEST || !mayHoldSecret(text)) return;
  const low = text.toLowerCase();
  for (const { what, near, form } of FORMS) {
    if (!near.some((word) => low.includes(word))) continue;
    for (const found of text.matchAll(form)) {
      const [from, to] = found.indices?.[1] ?? found.indices?.[0] ?? [0, 0];
      if (!PLACEHOLDER.test(text.slice(from, to))) yield { what, span: { from, to } };
    }
  }
}

/** Reports every secret in the strings of an object, without repeating the secret. `readers` names who can see it. */
export function* secretHits(object: Json, readers: string): Iterable<Hit> {
  for (const { text, path } of textsIn(object))
    for (const { what, span } of secretsIn(text))
      yield { path: [...path], span, ...secretMessage(what, readers) };
}

function secretMessage(what: string, readers: string): Pick<Hit, 'message' | 'hint'> {
  return {
    message: `This looks like ${what}: ${readers} can use it.`,
    hint: 'Remove it, and rotate it if it was ever sent.',
  };
}
