import { writeFileSync } from 'node:fs';
import { FOUND_FOLDER } from './found.ts';
import { readOptions, USAGE } from './options.ts';
import { faultsOf, printReport, reportJson } from './report.ts';
import { BIRDDOG, runFuzzer } from './run-fuzzer.ts';

/** `npm run fuzz`. Exit status: 0 no faults, 1 faults found, 2 an invalid option. */
async function main(args: readonly string[]): Promise<number> {
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args, FOUND_FOLDER);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    print(USAGE);
    return 0;
  }
  const result = await runFuzzer(options, BIRDDOG, print);
  print(printReport(options, result));
  if (options.report !== undefined) writeFileSync(options.report, reportJson(options, result));
  return faultsOf(result).length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
