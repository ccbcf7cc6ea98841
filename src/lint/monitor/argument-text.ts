import type { Argument } from '../../language/query/syntax.ts';

/** Returns the text of an argument, without quotes, or undefined if it is not a single word, number or string. */
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

/** Returns the value of a numeric argument, with or without a sign, or undefined. */
export function argumentNumber(argument: Argument | undefined): number | undefined {
  if (argument?.kind === 'number') return Number(argument.text);
  if (argument?.kind !== 'unary' || argument.operand.kind !== 'number') return undefined;
  return Number(argument.operand.text) * (argument.operator.text === '-' ? -1 : 1);
}
