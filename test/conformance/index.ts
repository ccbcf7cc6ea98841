import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CORPUS } from './corpus.ts';
import { endpointTable } from './endpoints.ts';
import { readScenarios } from './recording.ts';
import { replay } from './replay.ts';
import { diff, isMatch, scores, table } from './report.ts';
import { lintCorpus, ratesTable, ruleRates } from './rule-rates.ts';

const { values } = parseArgs({
  options: { show: { type: 'string' }, endpoints: { type: 'boolean' }, rules: { type: 'boolean' } },
});
if (!existsSync(CORPUS)) {
  console.error('the recorded exchanges are not here: set CORPUS to their folder');
  process.exit(1);
}
if (values.rules) console.log(ratesTable(ruleRates(lintCorpus())));
else await printReplay();

/** Replays all recordings and prints the scores, or the mismatches of a family. */
async function printReplay(): Promise<void> {
  const replayed = [];
  for (const scenario of readScenarios(join(CORPUS, 'exchanges'))) replayed.push(await replay(scenario));
  for (const outcome of replayed.flat())
    if (outcome.exchange.family === values.show && !isMatch(outcome)) console.log(diff(outcome));
  console.log(values.endpoints ? endpointTable(replayed) : table(scores(replayed)));
}
