import type { FuzzOptions } from './options.ts';
import type { FuzzResult } from './run-fuzzer.ts';
import type { FoundFault, Tally } from './tally.ts';

/** Prints the final table: cases, shares, outcomes, and each fault. */
export function printReport({ seed, to }: FuzzOptions, result: FuzzResult): string {
  const { process, http, httpMemory, nextCase, seconds } = result;
  const rows = [
    ['', 'cases', 'past decoding', 'reached plan', 'faults'],
    ['in process', ...counts(process)],
    ['over HTTP', ...counts(http)],
    ['all', ...counts(sum(process, http))],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd((widths[at] ?? 0) + 2))
      .join('')
      .trimEnd(),
  );
  const memory = [httpMemory[0], httpMemory.at(-1)].flatMap((sample) =>
    sample
      ? [
          `${sample.bytes.map((bytes) => Math.round(bytes / 2 ** 20)).join(' and ')} MiB after ${sample.cases} cases`,
        ]
      : [],
  );
  const faults = faultsOf(result).map(
    ({ kind, signature, count, firstCase, detail, file }) =>
      `${kind}: ${signature}\n  ${count} times, first in case ${firstCase}${file === undefined ? '' : `, saved as ${file}`}\n  ${detail.split('\n')[0] ?? ''}`,
  );
  return [
    ...table,
    '',
    `seed ${seed}, ${seconds} s, ${nextCase < to ? `next case ${nextCase}` : 'all cases carried out'}`,
    ...(memory.length > 0 ? [`memory of the servers: ${memory.join(', ')}`] : []),
    ...(faults.length > 0 ? ['', ...faults] : ['nothing found']),
    '',
  ].join('\n');
}

/** Returns all faults, in process and over HTTP. */
export function faultsOf({ process, http }: FuzzResult): FoundFault[] {
  return [...process.found.values(), ...http.found.values()];
}

/** Returns the report as JSON. */
export function reportJson(options: FuzzOptions, result: FuzzResult): string {
  const { process, http, httpMemory, nextCase, seconds } = result;
  const plain = (tally: Tally) => ({
    cases: tally.cases,
    past_decoding: tally.decoded,
    reached_plan: tally.planned,
    outcomes: Object.fromEntries([...tally.outcomes].sort(([, a], [, b]) => b - a)),
    found: [...tally.found.values()].map(({ kind, signature, detail, count, firstCase, file }) => ({
      kind,
      signature,
      detail,
      count,
      first_case: firstCase,
      file,
    })),
  });
  const { seed, from, to } = options;
  const report = {
    seed,
    from,
    to,
    next_case: nextCase,
    seconds,
    process: plain(process),
    http: plain(http),
    httpMemory,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function counts({ cases, decoded, planned, found }: Tally): string[] {
  const share = (part: number) => `${part} (${cases === 0 ? 0 : Math.round((100 * part) / cases)} %)`;
  return [String(cases), share(decoded), share(planned), String(found.size)];
}

function sum(a: Tally, b: Tally): Tally {
  const found = new Map([...a.found, ...b.found]);
  return {
    ...a,
    cases: a.cases + b.cases,
    decoded: a.decoded + b.decoded,
    planned: a.planned + b.planned,
    found,
  };
}
