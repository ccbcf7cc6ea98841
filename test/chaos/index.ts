import { writeFileSync } from 'node:fs';
import { readOptions, USAGE } from './options.ts';
import { findingsOf, printReport } from './report.ts';
import { runChaos } from './run-chaos.ts';

/** `npm run chaos`. Exit status: 0 nothing found, 1 something found, 2 an invalid option. */
async function main(args: readonly string[]): Promise<number> {
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    print(USAGE);
    return 0;
  }
  const result = await runChaos(options, print);
  print(printReport(options, result));
  if (options.report !== undefined) writeFileSync(options.report, JSON.stringify(result));
  return findingsOf(result).length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
