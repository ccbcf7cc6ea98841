import type { Span } from '../query/syntax.ts';

/** A piece of a notification message that is no plain text. */
export type MessagePart =
  | { readonly kind: 'variable'; readonly name: string; readonly span: Span }
  | {
      readonly kind: 'block';
      readonly name: string;
      /** `{{^name}}`: what is said where the block does not hold. */
      readonly negated: boolean;
      readonly args: readonly string[];
      /** Of the opening tag. */
      readonly span: Span;
      readonly inner: readonly MessagePart[];
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly string[]; readonly span: Span }
  | { readonly kind: 'handle'; readonly name: string; readonly span: Span };

/** One mistake in a message. */
export interface MessageFault {
  readonly code: 'unclosed_tag' | 'unclosed_block' | 'unopened_block' | 'crossed_block';
  readonly span: Span;
  /** The tag or block, as it was written. */
  readonly what: string;
  /** Of crossed blocks, the one that must close first. */
  readonly expected?: string;
}

export interface ParsedMessage {
  readonly parts: readonly MessagePart[];
  readonly faults: readonly MessageFault[];
}

/** What is left as it is: `{{{{raw}}}} ... {{{{/raw}}}}` and comments; then tags of two or three braces; then handles. */
const TOKEN =
  /\{\{\{\{raw\}\}\}\}[\s\S]*?\{\{\{\{\/raw\}\}\}\}|\{\{!(?:--[\s\S]*?--|[^}]*)\}\}|\{\{\{?([^{}]*)\}?\}\}|\{\{|(?<![\w@])@[\w.+-]+(?:@[\w.-]+)?/g;
const WORD = /"([^"]*)"|'([^']*)'|\S+/g;
const CALLS = new Set(['eval', 'local_time', 'urlencode', 'override_priority']);

interface Open {
  readonly name: string;
  readonly negated: boolean;
  readonly args: readonly string[];
  readonly span: Span;
  readonly inner: MessagePart[];
}

/** Reads a notification message. Throws nothing: what is wrong is among the faults. */
export function parseMessage(text: string): ParsedMessage {
  const faults: MessageFault[] = [];
  const top: MessagePart[] = [];
  const open: Open[] = [];
  const add = (part: MessagePart): void => void (open.at(-1)?.inner ?? top).push(part);
  const close = (): void => {
    const block = open.pop();
    if (block) add({ kind: 'block', ...block });
  };
  for (const found of text.matchAll(TOKEN)) {
    const [whole, inside] = found;
    const span = { from: found.index, to: found.index + whole.length };
    if (whole.startsWith('@')) add({ kind: 'handle', name: whole.slice(1).replace(/[.-]+$/, ''), span });
    else if (whole === '{{') faults.push({ code: 'unclosed_tag', span, what: whole });
    else if (inside !== undefined) readTag(inside.trim(), span);
  }
  for (const { name, span } of open.toReversed()) {
    faults.push({ code: 'unclosed_block', span, what: name });
  }
  while (open.length > 0) close();
  return { parts: top, faults };

  function readTag(tag: string, span: Span): void {
    const sign = tag.charAt(0);
    const words = wordsIn('#^/'.includes(sign) ? tag.slice(1) : tag);
    const [name = '', ...args] = words;
    if (sign === '/') return closeBlock(name, span);
    if (sign === '#' || sign === '^') open.push({ name, negated: sign === '^', args, span, inner: [] });
    else if (CALLS.has(name)) add({ kind: 'call', name, args, span });
    else if (tag !== 'else' && tag !== '') add({ kind: 'variable', name: tag, span });
  }

  function closeBlock(name: string, span: Span): void {
    const last = open.at(-1);
    if (last?.name === name) return close();
    const opened = open.findLastIndex((block) => block.name === name);
    if (opened < 0) {
      faults.push({ code: 'unopened_block', span, what: name });
      return;
    }
    faults.push({ code: 'crossed_block', span, what: name, expected: last?.name ?? '' });
    while (open.length > opened) close();
  }
}

/** Words of a tag, without their quotes. */
function wordsIn(text: string): string[] {
  return [...text.matchAll(WORD)].map(([word, double, single]) => double ?? single ?? word);
}

/** Every part of a message, outer ones first. */
export function* allParts(parts: readonly MessagePart[]): Generator<MessagePart> {
  for (const part of parts) {
    yield part;
    if (part.kind === 'block') yield* allParts(part.inner);
  }
}
