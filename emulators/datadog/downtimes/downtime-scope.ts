import { DatadogError } from '../datadog-error.ts';

/** Evaluates a scope; `has` says whether a tag is present. */
export type Scope = (has: (tag: string) => boolean) => boolean;

const TOKEN = /[()]|(?:"[^"]*"|[^\s()"])+/g;

/** Parses `env:prod AND (team:a OR NOT role:db) AND zone:(a OR b)`. Throws DatadogError. */
export function parseScope(text: string): Scope {
  const parser = new ScopeParser(text.match(TOKEN) ?? []);
  return parser.parse();
}

class ScopeParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  parse(): Scope {
    const scope = this.#anyOf('');
    if (this.#at < this.#tokens.length) throw new DatadogError(400, 'Invalid scope parameter');
    return scope;
  }

  /** `key` is the common key before parentheses, as in `zone:(a OR b)`; otherwise ''. */
  #anyOf(key: string): Scope {
    const parts = [this.#allOf(key)];
    while (this.#take('OR')) parts.push(this.#allOf(key));
    return (has) => parts.some((part) => part(has));
  }

  #allOf(key: string): Scope {
    const parts = [this.#one(key)];
    for (;;) {
      const isNext = this.#take('AND') || !['', 'OR', ')'].includes(this.#peek().toUpperCase());
      if (!isNext) return (has) => parts.every((part) => part(has));
      parts.push(this.#one(key));
    }
  }

  #one(key: string): Scope {
    if (this.#take('NOT')) {
      const negated = this.#one(key);
      return (has) => !negated(has);
    }
    if (this.#take('(')) return this.#parenthesized(key);
    const term = this.#peek();
    if (term === '' || term === ')') throw new DatadogError(400, 'Invalid scope parameter');
    this.#at += 1;
    if (key === '' && term.endsWith(':') && this.#take('(')) return this.#parenthesized(term);
    if (key === '' && !term.includes(':')) {
      const negated = this.#take('NOT');
      if (this.#take('IN') && this.#take('(')) {
        const listed = this.#listed(`${term}:`);
        return (has) => listed(has) !== negated;
      }
    }
    return this.#term(key, term);
  }

  #parenthesized(key: string): Scope {
    const scope = this.#anyOf(key);
    if (!this.#take(')')) throw new DatadogError(400, 'Invalid scope parameter');
    return scope;
  }

  /** Parses the values of `env IN (a, b)`. */
  #listed(key: string): Scope {
    const parts: Scope[] = [];
    while (!this.#take(')')) {
      if (this.#peek() === '') throw new DatadogError(400, 'Invalid scope parameter');
      for (const value of this.#peek().split(',')) if (value !== '') parts.push(this.#term(key, value));
      this.#at += 1;
    }
    return (has) => parts.some((part) => part(has));
  }

  #term(key: string, text: string): Scope {
    if (text === '*' && key === '') return () => true;
    const negated = /^[-!]/.test(text);
    const tag = `${key}${negated ? text.slice(1) : text}`.replaceAll('"', '');
    if (!/.:/.test(tag)) throw new DatadogError(400, 'All values must have a key');
    return (has) => has(tag) !== negated;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #take(token: string): boolean {
    const found = this.#peek().toUpperCase() === token;
    if (found) this.#at += 1;
    return found;
  }
}
