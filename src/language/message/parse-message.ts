import type { Span } from '../query/syntax.ts';
import type {
  Block,
  Handle,
  MessageArgument,
  MessageFault,
  MessageFaultCode,
  MessagePart,
  ParsedMessage,
  Variable,
} from './message-syntax.ts';
import { handleAt, handleName, withoutStop, workflowArguments } from './read-handle.ts';
import { type TagEnd, TagEnds } from './tag-end.ts';

/** Tags that are calls: docs, monitors/notify/variables and monitors/guide/template-variable-evaluation. */
const CALLS: ReadonlySet<string> = new Set(['eval', 'local_time', 'urlencode', 'override_priority']);
/** The maximum nesting of blocks. */
const MAX_DEPTH = 100;
/** The maximum number of faults for one message. */
const MAX_FAULTS = 100;
/** Special characters, which end plain text. */
const SPECIAL = /\{\{|\}\}|@/g;
/** A tag without its first opening brace. Matches only names of message variables, not code in other languages. */
const BRACE_MISSING = /(?<!\{)\{((?:[#^/][a-z_]+|[\w.@/[\]-]+\.name\]?|value|threshold)\s*)$/;
const MAX_NAME_LENGTH = 100;

interface Open {
  readonly name: string;
  readonly negated: boolean;
  readonly args: readonly MessageArgument[];
  readonly span: Span;
  readonly nameSpan: Span;
  readonly inner: MessagePart[];
  otherwise?: MessagePart[];
}

/** Parses a notification message. Never throws: mistakes are in the faults, and parsing continues after them. */
export function parseMessage(text: string): ParsedMessage {
  return new MessageReader(text).read();
}

class MessageReader {
  readonly #text: string;
  readonly #ends: TagEnds;
  readonly #faults: MessageFault[] = [];
  readonly #top: MessagePart[] = [];
  readonly #open: Open[] = [];
  #steps = 0;
  /** The end of the last emitted part. */
  #emittedTo = 0;

  constructor(text: string) {
    this.#text = text;
    this.#ends = new TagEnds(text);
  }

  read(): ParsedMessage {
    for (let at = 0; at < this.#text.length; ) {
      SPECIAL.lastIndex = at;
      const found = SPECIAL.exec(this.#text);
      this.#steps += (found?.index ?? this.#text.length) - at + 1;
      if (!found) break;
      at = this.#readSign(found[0], found.index);
    }
    this.#emitText(this.#text.length);
    for (const { name, span } of this.#open.toReversed()) this.#fault('unclosed_block', span, name);
    while (this.#open.length > 0) this.#close(undefined);
    return { parts: this.#top, faults: this.#faults, steps: this.#steps + this.#ends.steps };
  }

  /** Parses what starts with a special character, and returns the next offset. */
  #readSign(sign: string, at: number): number {
    if (sign === '@') return this.#readHandle(at);
    if (sign === '{{') return this.#readTag(at);
    const before = this.#text.slice(Math.max(this.#emittedTo, at - MAX_NAME_LENGTH), at);
    const missingBrace = BRACE_MISSING.exec(before);
    if (missingBrace) {
      const from = at - (missingBrace[1] ?? '').length - 1;
      this.#fault('unopened_tag', { from, to: at + 2 }, (missingBrace[1] ?? '').trim());
    }
    return at + 2;
  }

  #readTag(at: number): number {
    const text = this.#text;
    if (text.startsWith('{{{{', at)) return this.#readRaw(at);
    if (text.startsWith('{{!', at)) return this.#readComment(at);
    const braces = text[at + 2] === '{' ? 3 : 2;
    const end = this.#ends.inside(at + braces);
    if (!end) return this.#unclosed(at, at + braces);
    const closed = braces === 3 && text[end.to + 2] === '}' ? 3 : 2;
    const span = { from: at, to: end.to + closed };
    if (closed < braces) this.#fault('uneven_braces', span, text.slice(at, span.to));
    return this.#readInside(span, braces, end);
  }

  #unclosed(at: number, to: number): number {
    this.#fault('unclosed_tag', { from: at, to }, this.#text.slice(at, to));
    return to;
  }

  /** `{{{{name}}}}` up to `{{{{/name}}}}`. */
  #readRaw(at: number): number {
    const end = this.#ends.inside(at + 4);
    if (!end || !this.#text.startsWith('}}}}', end.to)) return this.#unclosed(at, at + 4);
    const [name] = readWords(this.#text.slice(at + 4, end.to), at + 4);
    const closing = `{{{{/${name?.text ?? ''}}}}}`;
    const close = this.#ends.find(closing, end.to + 4);
    const to = close < 0 ? end.to + 4 : close + closing.length;
    if (close < 0) this.#fault('unclosed_block', { from: at, to }, name?.text ?? '');
    return this.#emitVerbatim(at, to);
  }

  #readComment(at: number): number {
    const closing = this.#text.startsWith('{{!--', at) ? '--}}' : '}}';
    const close = this.#ends.find(closing, at + 3);
    return close < 0 ? this.#unclosed(at, at + 3) : this.#emitVerbatim(at, close + closing.length);
  }

  #readInside(span: Span, braces: 2 | 3, end: TagEnd): number {
    const from = span.from + braces;
    const inside = this.#text.slice(from, end.to);
    this.#steps += inside.length;
    if (end.openQuote !== undefined)
      this.#fault('unclosed_quote', { from: end.openQuote, to: end.to }, inside.trim());
    const blanks = inside.length - inside.trimStart().length;
    const sign = '#^/'.includes(inside[blanks] ?? ' ') ? (inside[blanks] ?? '') : '';
    const skipped = sign === '' ? 0 : blanks + 1;
    const [first, ...args] = readWords(inside.slice(skipped), from + skipped);
    this.#emitText(span.from);
    this.#emittedTo = span.to;
    if (sign === '^' && !first) this.#readElse(span);
    else if (!first) this.#fault('nameless_tag', span, sign);
    else if (sign === '/') this.#closeBlock(first, span);
    else if (sign !== '') this.#openBlock(first, args, span, sign === '^');
    else if (first.text === 'else' && first.quote === '') this.#readElse(span);
    else this.#readValue(first, args, span, braces);
    return span.to;
  }

  #readValue(name: MessageArgument, args: readonly MessageArgument[], span: Span, braces: 2 | 3): void {
    const called = args.length > 0 || CALLS.has(name.text);
    this.#emit(
      called
        ? { kind: 'call', name: name.text, args, braces, span }
        : { kind: 'variable', name: name.text, braces, span },
    );
  }

  #openBlock(name: MessageArgument, args: readonly MessageArgument[], span: Span, negated: boolean): void {
    if (this.#open.length === MAX_DEPTH) return this.#fault('too_deep', span, name.text);
    this.#open.push({ name: name.text, negated, args, span, nameSpan: name.span, inner: [] });
  }

  #closeBlock({ text: name, span: nameSpan }: MessageArgument, span: Span): void {
    const last = this.#open.at(-1);
    if (last?.name === name) return this.#close(nameSpan);
    const opened = this.#open.findLastIndex((block) => block.name === name);
    if (opened < 0) return this.#fault('unopened_block', span, name);
    this.#fault('crossed_block', span, name, last?.name ?? '');
    while (this.#open.length > opened + 1) this.#close(undefined);
    this.#close(nameSpan);
  }

  #close(closing: Span | undefined): void {
    const block = this.#open.pop();
    if (!block) return;
    const part: Block = { kind: 'block', ...block, ...(closing ? { closing } : {}) };
    this.#currentParts().push(part);
  }

  #readElse(span: Span): void {
    const block = this.#open.at(-1);
    if (!block) this.#fault('stray_else', span, 'else');
    else if (block.otherwise) this.#fault('second_else', span, block.name);
    else block.otherwise = [];
  }

  #readHandle(at: number): number {
    const handleKind = handleAt(this.#text, at);
    if (handleKind === 'none') return at + 1;
    const variables: Variable[] = [];
    let to = at + 1;
    for (;;) {
      to += handleName(this.#text, to).length;
      const variable = this.#text.startsWith('{{', to) ? this.#variableAt(to) : undefined;
      if (!variable) break;
      variables.push(variable);
      to = variable.span.to;
    }
    const name = withoutStop(this.#text.slice(at + 1, to));
    this.#steps += to - at;
    if (name === '') return at + 1;
    to = at + 1 + name.length;
    const called = workflowArguments(this.#text, name, to);
    to += called.length;
    const followingCharacter = this.#text.startsWith('{{', to) ? '' : (this.#text[to] ?? '').trim();
    const handle: Handle = {
      kind: 'handle',
      name: `${name}${called}`,
      variables,
      midWord: handleKind === 'glued',
      followingCharacter,
      span: { from: at, to },
    };
    this.#emit(handle);
    return to;
  }

  /** Returns the variable that continues a handle, or undefined if there is another tag. */
  #variableAt(at: number): Variable | undefined {
    const braces = this.#text.startsWith('{{{', at) ? 3 : 2;
    const end = this.#ends.inside(at + braces);
    if (!end || !this.#text.startsWith('}'.repeat(braces), end.to)) return undefined;
    const words = readWords(this.#text.slice(at + braces, end.to), at + braces);
    const [name] = words;
    if (words.length !== 1 || !name || /^(?:[#^/!{]|else$)/.test(name.text)) return undefined;
    return { kind: 'variable', name: name.text, braces, span: { from: at, to: end.to + braces } };
  }

  #fault(code: MessageFaultCode, span: Span, what: string, expected?: string): void {
    if (this.#faults.length === MAX_FAULTS) return;
    this.#faults.push({ code, span, what, ...(expected === undefined ? {} : { expected }) });
  }

  #currentParts(): MessagePart[] {
    const block = this.#open.at(-1);
    return block?.otherwise ?? block?.inner ?? this.#top;
  }

  #emit(part: MessagePart): void {
    this.#emitText(part.span.from);
    this.#currentParts().push(part);
    this.#emittedTo = part.span.to;
  }

  #emitVerbatim(from: number, to: number): number {
    this.#emit({ kind: 'verbatim', text: this.#text.slice(from, to), span: { from, to } });
    return to;
  }

  #emitText(to: number): void {
    const from = this.#emittedTo;
    if (to > from) {
      this.#currentParts().push({ kind: 'text', text: this.#text.slice(from, to), span: { from, to } });
    }
    this.#emittedTo = Math.max(from, to);
  }
}

/** A quoted word, a name with bracketed parts (`[a.b c].name`), or any other word. An unclosed quote is part of a word. */
const WORD = /"([^"]*)"|'([^']*)'|(?:\[[^[\]]*\]|\S)+/g;

/** Returns the words between the braces of a tag, without quotes. `from` is their offset in the message. */
function readWords(text: string, from: number): MessageArgument[] {
  return [...text.matchAll(WORD)].map(({ 0: word, 1: double, 2: single, index }) => {
    const inside = double ?? single;
    const begin = from + index + (inside === undefined ? 0 : 1);
    const span: Span = { from: begin, to: begin + (inside ?? word).length };
    return {
      text: inside ?? word,
      quote: double !== undefined ? '"' : single !== undefined ? "'" : '',
      span,
    };
  });
}
