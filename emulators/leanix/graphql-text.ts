/** Evaluates a value in a query, given the variables. */
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

/** A query: its variables, with whether each is required, and its selections. */
export interface Operation {
  readonly variables: ReadonlyMap<string, { readonly required: boolean }>;
  readonly selections: readonly Selection[];
}

/** The text is not a GraphQL query that this parser supports. */
export class GraphqlSyntaxError extends Error {}

const TOKEN =
  /\s+|,|#[^\n]*|("(?:[^"\\\n]|\\.)*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()[\]:$!=@|&])|([^])/gy;

/** Parses one query operation: fields, aliases, arguments, variables, inline fragments. Throws GraphqlSyntaxError. */
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
    if (this.#accept('query')) {
      if (/^\w/.test(this.#next())) this.#take();
      if (this.#accept('(')) {
        while (!this.#accept(')')) {
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

  /** Parses a type and returns whether a variable of this type is required. */
  #type(): boolean {
    if (this.#accept('[')) {
      this.#type();
      this.#expect(']');
    } else this.#name();
    return this.#accept('!');
  }

  #selections(): Selection[] {
    this.#expect('{');
    const selections: Selection[] = [];
    while (!this.#accept('}')) selections.push(this.#selection());
    return selections;
  }

  #selection(): Selection {
    if (this.#accept('...')) {
      this.#expect('on');
      return { kind: 'on', type: this.#name(), selections: this.#selections() };
    }
    const alias = this.#name();
    const name = this.#accept(':') ? this.#name() : alias;
    const args = this.#accept('(') ? this.#fields(')') : new Map<string, ValueOf>();
    const selections = this.#next() === '{' ? this.#selections() : [];
    return { kind: 'field', field: { alias, name, args, selections } };
  }

  #fields(close: string): Map<string, ValueOf> {
    const fields = new Map<string, ValueOf>();
    while (!this.#accept(close)) {
      const name = this.#name();
      this.#expect(':');
      fields.set(name, this.#value());
    }
    return fields;
  }

  #value(): ValueOf {
    if (this.#accept('$')) {
      const name = this.#name();
      return (variables) => variables[name];
    }
    if (this.#accept('[')) {
      const items: ValueOf[] = [];
      while (!this.#accept(']')) items.push(this.#value());
      return (variables) => items.map((item) => item(variables));
    }
    if (this.#accept('{')) {
      const fields = [...this.#fields('}')];
      return (variables) => Object.fromEntries(fields.map(([name, value]) => [name, value(variables)]));
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
    if (!this.#accept(token)) this.#fail();
  }

  #accept(token: string): boolean {
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
