import type { Argument, StringLiteral } from '../../language/query/syntax.ts';

/** Returns a text as an argument of a query. Escapes only quotes, as Datadog does. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

/** Returns whether a text can be quoted so that it reads back: a backslash before a quote, or at the end, would escape it. */
export function isQuotable(text: string): boolean {
  return !text.includes('\\"') && !text.endsWith('\\');
}

/** Returns the text of a quoted argument, or undefined if Birddog would not write it like that. */
export function unquoted(argument: Argument | undefined): string | undefined {
  if (argument?.kind !== 'string' || argument.innerQuotes) return undefined;
  const text = textOfString(argument);
  return isQuotable(text) ? text : undefined;
}

function textOfString({ quote, raw }: StringLiteral): string {
  return raw.replaceAll(`\\${quote}`, quote);
}

/** Returns the texts of quoted arguments, or undefined if one is not quoted. */
export function unquotedList(args: readonly Argument[]): string[] | undefined {
  const texts = args.flatMap((argument) => unquoted(argument) ?? []);
  return texts.length === args.length ? texts : undefined;
}
