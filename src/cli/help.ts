import { EXIT, EXIT_MEANINGS } from './exit-status.ts';
import { HELP, type Operands, type Option } from './options.ts';

interface Described {
  readonly name: string;
  readonly description: string;
  readonly sample?: string;
  readonly examples: readonly string[];
  readonly options: readonly Option<unknown>[];
  readonly operands: Pick<Operands<unknown>, 'usage'>;
  readonly statuses: Readonly<Partial<Record<keyof typeof EXIT, string>>>;
}

/** Width of the help, and the column of the descriptions of options. */
const WIDTH = 100;
const COLUMN = 24;

/** Returns the help of a command: usage, description, examples, options and exit statuses. */
export function helpText({
  name,
  description,
  sample = '',
  examples,
  options,
  operands,
  statuses,
}: Described): string {
  const usage = ['birddog', name, '[OPTION...]', operands.usage].filter((word) => word !== '').join(' ');
  const parts = [
    `usage: ${usage}`,
    wrapped(description, WIDTH).join('\n'),
    sample,
    examples.map((example) => `  ${example}`).join('\n'),
    [...options, HELP].map(optionLines).join('\n'),
    ['Exit status:', ...statusLines(statuses)].join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function optionLines({ name, value, help }: Option<unknown>): string {
  const head = `  --${name}${value === undefined ? '' : ` ${value}`}`;
  const lines = wrapped(help, WIDTH - COLUMN).map((line) => ' '.repeat(COLUMN) + line);
  if (head.length > COLUMN - 2) return [head, ...lines].join('\n');
  return head + lines.join('\n').slice(head.length);
}

function statusLines(statuses: Described['statuses']): string[] {
  const { usage } = EXIT_MEANINGS;
  return Object.entries(EXIT).flatMap(([name, status]) => {
    const meaning = Object.entries({ ...statuses, usage }).find(([each]) => each === name)?.[1];
    return meaning === undefined ? [] : [`  ${String(status).padEnd(COLUMN - 20)}${meaning}`];
  });
}

/** Breaks a text into lines of at most `width` characters. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
