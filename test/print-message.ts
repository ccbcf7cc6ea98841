import type { MessageArgument, MessagePart } from '../src/language/message/message-syntax.ts';

/** Prints a message. Without faults, the result differs from the source only in spaces inside tags. */
export function printMessage(parts: readonly MessagePart[]): string {
  return parts.map(printPart).join('');
}

function printPart(part: MessagePart): string {
  switch (part.kind) {
    case 'text':
    case 'verbatim':
      return part.text;
    case 'variable':
      return tag(part.name, part.braces);
    case 'call':
      return tag([part.name, ...part.args.map(printArgument)].join(' '), part.braces);
    case 'handle':
      return `@${part.name}`;
    case 'block': {
      const words = [part.name, ...part.args.map(printArgument)].join(' ');
      const otherwise = part.otherwise ? `{{else}}${printMessage(part.otherwise)}` : '';
      return `{{${part.negated ? '^' : '#'}${words}}}${printMessage(part.inner)}${otherwise}{{/${part.name}}}`;
    }
  }
}

function printArgument({ text, quote }: MessageArgument): string {
  return `${quote}${text}${quote}`;
}

function tag(words: string, braces: 2 | 3): string {
  return `${'{'.repeat(braces)}${words}${'}'.repeat(braces)}`;
}
