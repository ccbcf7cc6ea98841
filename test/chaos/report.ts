import type { ChaosOptions } from './options.ts';
import type { ChaosResult } from './run-chaos.ts';

const MAX_SHOWN = 20;

/** Returns the findings of a run, one sentence each; empty if nothing is wrong. */
export function findingsOf({ lost, doubled, unasked, leaked, outside }: ChaosResult): string[] {
  return [
    ...lost.map((one) => `lost: ${one}`),
    ...doubled.map((one) => `doubled: ${one}`),
    ...unasked.map((one) => `unasked: ${one}`),
    ...outside.map((one) => `outside the contract: ${one}`),
    ...(leaked > 0 ? [`leaked: ${leaked} ledger entries`] : []),
  ];
}

/** Prints the counts of a run and its findings. */
export function printReport({ seed, ledger, replicas }: ChaosOptions, result: ChaosResult): string {
  const share = Math.round((100 * result.acknowledged) / Math.max(1, result.operations));
  const counts = (map: ReadonlyMap<string, number>) =>
    [...map].map(([name, count]) => `  ${count} x ${name}`);
  const findings = findingsOf(result);
  return [
    `seed ${seed}, ${ledger}, ${replicas} replica${replicas === 1 ? '' : 's'}, ${result.seconds} s, next unit ${result.nextUnit}`,
    `${result.objects} objects, ${result.operations} operations, ${share} % acknowledged, ${result.attempts.length} attempts, ${result.writes.length} writes in Datadog, ${result.clones} clones made by people`,
    `${result.lost.length} lost, ${result.doubled.length} doubled, ${result.unasked.length} unasked, ${result.leaked} leaked entries, ${result.outside.length} answers outside the contract; ${result.removedDoubles} doubles existed for a time and were removed`,
    'disturbances:',
    ...counts(result.disturbances),
    ...result.skipped.map((line) => `  ${line}`),
    'answers:',
    ...counts(result.answers),
    ...findings.slice(0, MAX_SHOWN),
    ...(findings.length > MAX_SHOWN ? [`and ${findings.length - MAX_SHOWN} more`] : []),
    '',
  ].join('\n');
}
