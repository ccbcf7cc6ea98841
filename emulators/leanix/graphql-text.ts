/** A value in a query, once the variables are known. */
export type ValueOf = (variables: Readonly<Record<string, unknown>>) => unknown;

export interface Field {
  readonly alias: string;
  readonly name: string;
  readonly args: ReadonlyMap<string, ValueOf>;
  readonly selections: readonly Selection[];
}
export type Selection =
  | { readonly kind: 'field'; readonly field: Field }
  | { readonly kind: 'on'; readonly type: string; readonly selections: readonly Selection[] };

/** A query: its variables (whether each must be given) and what it selects. */
export interface Operation {
  readonly variables: ReadonlyMap<string, { readonly required: boolean }>;
  readonly selections: readonly Selection[];
}

/** The text is no GraphQL query that this parser knows. */
export class GraphqlSyntaxError extends Error {}

const TOKEN =
  /\s+|,|#[^\n]*|("(?:[^"\\\n]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()[\]:$!=@|&])|([^])/gy;

/** Reads one query operation: fields, aliases, arguments, variables, inline fragments. Throws GraphqlSyntaxError. */
export function parseOperation(text: string): Operation {
  const tokens: string[] = [];
  for (const [, token, stray] of text.matchAll(TOKEN)) {
    if (stray !== undefined) throw new GraphqlSyntaxError(`Invalid Syntax : offending token '${stray}'`);
    if (token !== undefined) tokens.push(token);
  }
  const parser = new Parser(tokens);
  const operation = parser.operation();
  parser.end();
  return operation;
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  operation(): Operation {
    const variables = new Map<string, { required: boolean }>();
    if (this.#takes('query')) {
      if (/^\w/.test(this.#next())) this.#take();
      if (this.#takes('(')) {
        while (!this.#takes(')')) {
          this.#expect('$');
          const name = this.#name();
          this.#expect(':');
          variables.set(name, { required: this.#type() });
        }
      }
    }
    return { variables, selections: this.#selections() };
  }

  end(): void {
    if (this.#at < this.#tokens.length) this.#fail();
  }

  /** Whether a variable of the type that follows must be given. */
  #type(): boolean {
    if (this.#takes('[')) {
      this.#type();
      this.#expect(']');
    } else this.#name();
    return this.#takes('!');
  }

  #selections(): Selection[] {
    this.#expect('{');
    const found: Selection[] = [];
    while (!this.#takes('}')) found.push(this.#selection());
    return found;
  }

  #selection(): Selection {
    if (this.#takes('...')) {
      this.#expect('on');
      return { kind: 'on', type: this.#name(), selections: this.#selections() };
    }
    const alias = this.#name();
    const name = this.#takes(':') ? this.#name() : alias;
    const args = this.#takes('(') ? this.#members(')') : new Map<string, ValueOf>();
    const selections = this.#next() === '{' ? this.#selections() : [];
    return { kind: 'field', field: { alias, name, args, selections } };
  }

  #members(close: string): Map<string, ValueOf> {
    const members = new Map<string, ValueOf>();
    while (!this.#takes(close)) {
      const name = this.#name();
      this.#expect(':');
      members.set(name, this.#value());
    }
    return members;
  }

  #value(): ValueOf {
    if (this.#takes('$')) {
      const name = this.#name();
      return (variables) => variables[name];
    }
    if (this.#takes('[')) {
      const items: ValueOf[] = [];
      while (!this.#takes(']')) items.push(this.#value());
      return (variables) => items.map((item) => item(variables));
    }
    if (this.#takes('{')) {
      const members = [...this.#members('}')];
      return (variables) => Object.fromEntries(members.map(([name, value]) => [name, value(variables)]));
    }
    const token = this.#take();
    if (/^(?:["\d-]|(?:true|false|null)$)/.test(token)) {
      const literal: unknown = JSON.parse(token);
      return () => literal;
    }
    if (!/^\w/.test(token)) this.#fail();
    return () => token;
  }

  #name(): string {
    const token = this.#take();
    return /^[A-Za-z_]/.test(token) ? token : this.#fail();
  }

  #expect(token: string): void {
    if (!this.#takes(token)) this.#fail();
  }

  #takes(token: string): boolean {
    if (this.#next() !== token) return false;
    this.#at += 1;
    return true;
  }

  #take(): string {
    this.#at += 1;
    return this.#tokens[this.#at - 1] ?? this.#fail();
  }

  #next(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #fail(): never {
    throw new GraphqlSyntaxError(`Invalid Syntax : offending token '${this.#next() || '<EOF>'}'`);
  }
}
