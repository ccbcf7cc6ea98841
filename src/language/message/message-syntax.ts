import type { Span } from '../query/syntax.ts';

export interface PlainText {
  readonly kind: 'text';
  readonly text: string;
  readonly span: Span;
}

/** Source text that Datadog keeps literally or drops: `{{{{raw}}}} ... {{{{/raw}}}}` and comments. */
export interface Verbatim {
  readonly kind: 'verbatim';
  readonly text: string;
  readonly span: Span;
}

/** `{{name}}`, or `{{{name}}}` without escaping. */
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
  /** The span between the quotes. */
  readonly span: Span;
}

/** `{{name arguments}}`, for example `{{eval "value*100"}}`. */
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
  /** `{{^name}}`: content for when the condition is false. */
  readonly negated: boolean;
  readonly args: readonly MessageArgument[];
  /** The span of the opening tag. */
  readonly span: Span;
  readonly nameSpan: Span;
  readonly inner: readonly MessagePart[];
  /** The content after `{{else}}`. */
  readonly otherwise?: readonly MessagePart[];
  /** The span of the name in the closing tag, if there is one. */
  readonly closing?: Span;
}

/** `@name`: a recipient. */
export interface Handle {
  readonly kind: 'handle';
  /** As written, without the `@`. */
  readonly name: string;
  /** The variables in the name. */
  readonly variables: readonly Variable[];
  /** Whether a word directly precedes the `@`. */
  readonly midWord: boolean;
  /** The character directly after the handle; empty before a space, a tag or the end. */
  readonly followingCharacter: string;
  readonly span: Span;
}

/** A part of a notification message. Without faults, the parts together are the whole text. */
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
  /** For crossed blocks, the one that must be closed first. */
  readonly expected?: string;
}

export interface ParsedMessage {
  readonly parts: readonly MessagePart[];
  readonly faults: readonly MessageFault[];
  /** The number of characters examined, which is linear in the length of the text. */
  readonly steps: number;
}
