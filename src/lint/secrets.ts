import type { Json } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import type { Span } from '../language/query/syntax.ts';
import type { Hit } from './rule.ts';

interface SecretForm {
  readonly what: string;
  /** The secret is the first group where there is one, else all of it. */
  readonly form: RegExp;
}

/** Forms that nothing else has, by what issues them. */
const FORMS: readonly SecretForm[] = [
  { what: 'a private key', form: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/dg },
  { what: 'an AWS access key', form: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/dg },
  { what: 'a GitHub token', form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{50,255})\b/dg },
  { what: 'a GitLab token', form: /\bglpat-[\w-]{20,64}/dg },
  { what: 'an npm token', form: /\bnpm_[A-Za-z0-9]{36}\b/dg },
  { what: 'a Slack token', form: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/dg },
  {
    what: 'the address of a Slack webhook',
    form: /hooks\.slack\.com\/(?:services|workflows|triggers)\/\w{6,20}\/\w{6,40}\/\w{16,64}/dg,
  },
  {
    what: 'the address of a Teams webhook',
    form: /(?:\.webhook\.office\.com\/webhookb2|outlook\.office\.com\/webhook)\/[\w-]{36}@[\w-]{36}\/\w+\/\w{16,64}/dg,
  },
  {
    what: 'the address of a Discord webhook',
    form: /discord(?:app)?\.com\/api\/webhooks\/\d{6,24}\/[\w-]{40,100}/dg,
  },
  {
    what: 'a PagerDuty integration key',
    form: /events\.pagerduty\.com\/(?:integration|generic)\/[\w/-]{0,40}?([0-9a-f]{32})\b/dg,
  },
  { what: 'a Google API key', form: /\bAIza[0-9A-Za-z_-]{35}/dg },
  { what: 'a Stripe key', form: /\b[rs]k_live_[0-9A-Za-z]{20,120}\b/dg },
  { what: 'a Vault token', form: /\bhv[sb]\.[\w-]{24,250}/dg },
  { what: 'a signed token (JWT)', form: /\beyJ[\w-]{10,400}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}/dg },
  {
    what: 'a Datadog key',
    form: /(?:dd|datadog|api|app|application)[-_ ]?(?:api|app|application)?[-_ ]?key["'`]?\s{0,4}[=:]\s{0,4}["'`]?([0-9a-f]{40}|[0-9a-f]{32})\b/dgi,
  },
  {
    what: 'a credential',
    form: /\bauthorization["']?\s{0,4}[=:]\s{0,4}["']?(?:bearer|basic|token|geniekey)\s{1,4}([\w.~+/=-]{16,500})/dgi,
  },
  {
    what: 'a password',
    form: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>{}$]{1,100}:([^\s/@"'<>{}$*]{3,100})@[\w[]/dgi,
  },
];
/** What stands where a password would stand, in examples. */
const PLACEHOLDER = /^(?:pass(?:word|wd)?|secret|token|changeme|example|redacted|x+|\.{3}|your[-_].*)$/i;
/** One of these is near each secret. */
const HINTS =
  /PRIVATE KEY|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|npm_|xox[abeoprs]-|hooks\.slack|office\.com|webhooks\/|pagerduty\.com|AIza|[rs]k_live_|hv[sb]\.|eyJ|[Kk][Ee][Yy]["'`]?\s{0,4}[=:]|uthorization|UTHORIZATION|:\/\/[^\s/:@]{1,100}:[^\s/@]{3,100}@/;
/** No secret is shorter. */
const SHORTEST = 16;

/**
 * Whether a text is worth a look: it has a long word with a digit or a capital in it, five dashes in a row, or an address
 * with a name before its host. Nearly no text has, and looking for each form takes far longer.
 */
function mayHoldSecret(text: string): boolean {
  let [length, dashes, mixed] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const [isDigit, isCapital] = [code >= 48 && code <= 57, code >= 65 && code <= 90];
    dashes = code === DASH ? dashes + 1 : 0;
    if (isDigit || isCapital || (code >= 97 && code <= 122) || code === UNDERSCORE || code === DASH) {
      length += 1;
      mixed ||= isDigit || isCapital;
      if ((mixed && length >= SHORTEST) || dashes === 5) return true;
    } else {
      [length, mixed] = [0, false];
      if (code === COLON && text.startsWith('//', at + 1) && text.includes('@', at)) return true;
    }
  }
  return false;
}

const DASH = 45;
const COLON = 58;
const UNDERSCORE = 95;

/** Where secrets stand in a text, and what they are. */
export function secretsIn(text: string): { readonly what: string; readonly span: Span }[] {
  if (text.length < SHORTEST || !mayHoldSecret(text) || !HINTS.test(text)) return [];
  return FORMS.flatMap(({ what, form }) =>
    [...text.matchAll(form)].flatMap((found) => {
      const [from, to] = found.indices?.[1] ?? found.indices?.[0] ?? [0, 0];
      return PLACEHOLDER.test(text.slice(from, to)) ? [] : [{ what, span: { from, to } }];
    }),
  );
}

/** What to say of every secret in the texts of an object; the secret itself is not repeated. `readers` are those who get to see it. */
export function secretHits(object: Json, readers: string): Hit[] {
  const hits: Hit[] = [];
  const path: (string | number)[] = [];
  const look = (value: Json): void => {
    if (typeof value === 'string') {
      for (const { what, span } of secretsIn(value))
        hits.push({ path: [...path], span, ...told(what, readers) });
    } else if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at++) lookAt(at, value[at]);
    } else if (isObject(value)) {
      for (const name of Object.keys(value)) lookAt(name, value[name]);
    }
  };
  const lookAt = (step: string | number, value: Json | undefined): void => {
    if (value === undefined) return;
    path.push(step);
    look(value);
    path.pop();
  };
  look(object);
  return hits;
}

function told(what: string, readers: string): Pick<Hit, 'message' | 'hint'> {
  return {
    message: `This looks like ${what}: ${readers} can use it.`,
    hint: 'Take it out, and have it replaced by another one if it was ever sent.',
  };
}
