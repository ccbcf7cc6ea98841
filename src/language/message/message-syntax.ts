import type { Span } from '../query/syntax.ts';

export interface PlainText {
  readonly kind: 'text';
  readonly text: string;
  readonly span: Span;
}

/** What Datadog leaves as it is, or out: `{{{{raw}}}} ... {{{{/raw}}}}` and comments. As written. */
export interface Verbatim {
  readonly kind: 'verbatim';
  readonly text: string;
  readonly span: Span;
}

/** `{{name}}`, or `{{{name}}}` for what shall not be escaped. */
export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  readonly braces: 2 | 3;
  readonly span: Span;
}

/** A word of a tag, without its quotes. */
export interface MessageArgument {
  readonly text: string;
  readonly quote: '"' | "'" | '';
  /** Of what stands between the quotes. */
  readonly span: Span;
}

/** `{{name arguments}}`, as in `{{eval "value*100"}}`. */
export interface MessageCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly MessageArgument[];
  readonly braces: 2 | 3;
  readonly span: Span;
}

/** `{{#name arguments}} inner {{else}} otherwise {{/name}}` */
export interface Block {
  readonly kind: 'block';
  readonly name: string;
  /** `{{^name}}`: what is said where the block does not hold. */
  readonly negated: boolean;
  readonly args: readonly MessageArgument[];
  /** Of the opening tag. */
  readonly span: Span;
  readonly nameSpan: Span;
  readonly inner: readonly MessagePart[];
  /** What stands behind `{{else}}`. */
  readonly otherwise?: readonly MessagePart[];
  /** Of the name in the closing tag, where there is one. */
  readonly closing?: Span;
}

/** `@name`: who is told. */
export interface Handle {
  readonly kind: 'handle';
  /** As written, without the `@`. */
  readonly name: string;
  /** Those that the name is made of. */
  readonly variables: readonly Variable[];
  /** Whether a word stands right before the `@`. */
  readonly glued: boolean;
  /** The sign right behind; empty at a blank, a tag or the end. */
  readonly behind: string;
  readonly span: Span;
}

/** A piece of a notification message; where there are no faults, all of them in a row are the whole text. */
export type MessagePart = PlainText | Verbatim | Variable | MessageCall | Block | Handle;

export type MessageFaultCode =
  | 'unclosed_tag'
  | 'unopened_tag'
  | 'uneven_braces'
  | 'unclosed_quote'
  | 'unclosed_block'
  | 'unopened_block'
  | 'crossed_block'
  | 'nameless_tag'
  | 'stray_else'
  | 'second_else'
  | 'too_deep';

/** One mistake in a message. */
export interface MessageFault {
  readonly code: MessageFaultCode;
  readonly span: Span;
  /** The tag or block, as it was written. */
  readonly what: string;
  /** Of crossed blocks, the one that must close first. */
  readonly expected?: string;
}

export interface ParsedMessage {
  readonly parts: readonly MessagePart[];
  readonly faults: readonly MessageFault[];
  /** Signs that were looked at: they grow as the text does. */
  readonly steps: number;
}
