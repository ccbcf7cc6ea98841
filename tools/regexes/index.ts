import { readFileSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkLiteral } from './check-literal.ts';
import { DYNAMIC_EXPRESSIONS, UNKNOWN_LITERALS } from './exceptions.ts';
import { regexFaults } from './faults.ts';
import { readVerdicts, writeVerdicts } from './verdicts.ts';

const ROOT = join(import.meta.dirname, '../..');
const TABLE = join(import.meta.dirname, 'verdicts.tsv');
/** Code that reads untrusted text, and the build tools. Tests read only their own texts. */
const FILES = '{src,emulators,tools,bench}/**/*.{ts,js,cjs,mjs}';

const files = globSync(FILES, { cwd: ROOT })
  .filter((path) => !path.endsWith('.test.ts'))
  .toSorted()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
const isWritten = process.argv.includes('--write');
const recorded = [...readVerdicts(readFileSync(TABLE, 'utf8'))];
const known = {
  // Literals that timed out are checked again: the machine may have been busy.
  verdicts: new Map(recorded.filter(([, verdict]) => !isWritten || verdict === 'safe')),
  unknown: UNKNOWN_LITERALS,
  dynamic: DYNAMIC_EXPRESSIONS,
};
let result = await regexFaults(files, known, checkLiteral);
if (isWritten) {
  writeFileSync(TABLE, writeVerdicts(result.verdicts));
  result = await regexFaults(files, { ...known, verdicts: result.verdicts }, checkLiteral);
}
console.log(
  [
    ...result.faults,
    `${result.verdicts.size} regular expressions in ${files.length} files, ${result.faults.length} faults`,
  ].join('\n'),
);
process.exitCode = result.faults.length === 0 ? 0 : 1;
