import type { Json } from '../domain/json.ts';
import type { Span } from '../language/query/syntax.ts';
import { stringsIn } from './strings-in.ts';
import type { Violation } from './rule.ts';

interface SecretPattern {
  readonly description: string;
  /** Lower-case strings, one of which occurs in every match: a string search is far cheaper than the pattern. */
  readonly substrings: readonly string[];
  /** The secret is the first group of the pattern, or the whole match if it has no group. */
  readonly pattern: RegExp;
}

/** Patterns that match only secrets, by issuer. */
const PATTERNS: readonly SecretPattern[] = [
  {
    description: 'a private key',
    substrings: ['private key'],
    pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/dg,
  },
  {
    description: 'an AWS access key',
    substrings: ['akia', 'asia'],
    pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/dg,
  },
  {
    description: 'a GitHub token',
    substrings: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{50,255})\b/dg,
  },
  { description: 'a GitLab token', substrings: ['glpat-'], pattern: /\bglpat-[\w-]{20,64}/dg },
  { description: 'an npm token', substrings: ['npm_'], pattern: /\bnpm_[A-Za-z0-9]{36}\b/dg },
  { description: 'a Slack token', substrings: ['xox'], pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/dg },
  {
    description: 'a Slack webhook URL',
    substrings: ['hooks.slack'],
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/\w{6,20}\/\w{6,40}\/\w{16,64}/dg,
  },
  {
    description: 'a Teams webhook URL',
    substrings: ['office.com'],
    pattern:
      /(?:\.webhook\.office\.com\/webhookb2|outlook\.office\.com\/webhook)\/[\w-]{36}@[\w-]{36}\/\w+\/\w{16,64}/dg,
  },
  {
    description: 'a Discord webhook URL',
    substrings: ['webhooks/'],
    pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{6,24}\/[\w-]{40,100}/dg,
  },
  {
    description: 'a PagerDuty integration key',
    substrings: ['pagerduty.com'],
    pattern: /events\.pagerduty\.com\/(?:integration|generic)\/[\w/-]{0,40}?([0-9a-f]{32})\b/dg,
  },
  { description: 'a Google API key', substrings: ['aiza'], pattern: /\bAIza[0-9A-Za-z_-]{35}/dg },
  { description: 'a Stripe key', substrings: ['k_live_'], pattern: /\b[rs]k_live_[0-9A-Za-z]{20,120}\b/dg },
  { description: 'a Vault token', substrings: ['hvs.', 'hvb.'], pattern: /\bhv[sb]\.[\w-]{24,250}/dg },
  {
    description: 'a signed token (JWT)',
    substrings: ['eyj'],
    pattern: /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/dg,
  },
  {
    description: 'a Datadog key',
    substrings: ['key'],
    pattern:
      /(?:dd|datadog|api|app|application)[-_ ]?(?:api|app|application)?[-_ ]?key["'`]?\s{0,4}[=:]\s{0,4}["'`]?([0-9a-f]{40}|[0-9a-f]{32})\b/dgi,
  },
  {
    description: 'a credential',
    substrings: ['authorization'],
    pattern:
      /\bauthorization["']?\s{0,4}[=:]\s{0,4}["']?(?:bearer|basic|token|geniekey)\s{1,4}([\w.~+/=-]{16,500})/dgi,
  },
  {
    description: 'a password',
    substrings: ['://'],
    pattern: /[a-z0-9]:\/\/[^\s/:@"'<>{}$]{1,100}:([^\s/@"'<>{}$*]{3,100})@[\w[]/dgi,
  },
];
/** Placeholders for passwords in examples. */
const PLACEHOLDER = /^(?:pass(?:word|wd)?|secret|token|changeme|example|redacted|x+|\.{3}|your[-_].*)$/i;
/** The minimum length of a secret. */
const MIN_SECRET_LENGTH = 16;
/** Classes of word characters by code: 1 for lower-case letters, - and _; 2 for digits and capitals. */
const WORD_CHARACTERS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[0-9A-Z]/.test(character) ? 2 : /[a-z_-]/.test(character) ? 1 : 0;
});

/**
 * Returns whether a string may contain a secret: a long word with a digit or a capital, five dashes in a row, or a URL
 * with a user name. Few strings do, and this test is much cheaper than the patterns.
 */
function mayContainSecret(text: string): boolean {
  if (text.includes('-----')) return true;
  const address = text.indexOf('://');
  return (address >= 0 && text.includes('@', address)) || hasLongMixedWord(text);
}

/** Skips ahead by the minimum length of a secret, then reads backwards to the previous character that is not part of a word. */
function hasLongMixedWord(text: string): boolean {
  for (let from = 0; from + MIN_SECRET_LENGTH <= text.length; ) {
    let at = from + MIN_SECRET_LENGTH - 1;
    while (at >= from && characterClass(text, at) > 0) at -= 1;
    if (at >= from) from = at + 1;
    else {
      let mixed = false;
      for (; from < text.length && characterClass(text, from) > 0; from += 1)
        mixed ||= characterClass(text, from) === 2;
      if (mixed) return true;
    }
  }
  return false;
}

function characterClass(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (WORD_CHARACTERS[code] ?? 0) : 0;
}

/** Finds the secrets in a string. */
export function* secretsIn(text: string): Iterable<{ readonly description: string; readonly span: Span }> {
  if (text.length < MIN_SECRET_LENGTH || !mayContainSecret(text)) return;
  const lowerCase = text.toLowerCase();
  for (const { description, substrings, pattern } of PATTERNS) {
    if (!substrings.some((word) => lowerCase.includes(word))) continue;
    for (const found of text.matchAll(pattern)) {
      const [from, to] = found.indices?.[1] ?? found.indices?.[0] ?? [0, 0];
      if (!PLACEHOLDER.test(text.slice(from, to))) yield { description, span: { from, to } };
    }
  }
}

/** Reports every secret in the strings of an object, without repeating the secret. `readers` names who can see it. */
export function* secretViolations(object: Json, readers: string): Iterable<Violation> {
  for (const { text, path } of stringsIn(object))
    for (const { description, span } of secretsIn(text))
      yield { path: [...path], span, ...secretMessage(description, readers) };
}

function secretMessage(description: string, readers: string): Pick<Violation, 'message' | 'hint'> {
  return {
    message: `This looks like ${description}: ${readers} can use it.`,
    hint: 'Remove it, and rotate it if it was ever sent.',
  };
}
