import type { Argument } from '../../language/query/syntax.ts';

/** The text of an argument, in quotes or without; undefined where it is no single word, number or text. */
export function argumentText(argument: Argument | undefined): string | undefined {
  switch (argument?.kind) {
    case 'string':
      return argument.raw;
    case 'word':
    case 'number':
      return argument.text;
    default:
      return undefined;
  }
}

/** An argument that is a number, with or without a sign; undefined where it is none. */
export function argumentNumber(argument: Argument | undefined): number | undefined {
  if (argument?.kind === 'number') return Number(argument.text);
  if (argument?.kind !== 'unary' || argument.operand.kind !== 'number') return undefined;
  return Number(argument.operand.text) * (argument.operator.text === '-' ? -1 : 1);
}
