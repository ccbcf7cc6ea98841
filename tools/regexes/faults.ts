import type { Checked } from './check-literal.ts';
import { type Literal, scanFile, type SourceFile } from './literals.ts';
import { literalName, type Verdict, type Verdicts } from './verdicts.ts';

interface Known {
  /** The committed table. */
  readonly verdicts: Verdicts;
  /** Reasons by literal, for those that are `unknown`. */
  readonly unknown: Readonly<Record<string, string>>;
  /** Reasons by `path: code`, for regular expressions built at run time. */
  readonly dynamic: Readonly<Record<string, string>>;
}

export interface Result {
  /** A sentence for each fault, with its place. */
  readonly faults: readonly string[];
  /** The verdict of each literal in the files: what the table should be. */
  readonly verdicts: Verdicts;
}

/**
 * Returns a fault for each regular expression that is not linear or has no verdict in the table, each unused verdict or
 * exception, and each place that runs code from text. Passes only literals without a verdict to `check`.
 */
export async function regexFaults(
  files: readonly SourceFile[],
  { verdicts, unknown, dynamic }: Known,
  check: (literal: Literal) => Promise<Checked>,
): Promise<Result> {
  const scans = files.map(scanFile);
  const found = Map.groupBy(
    scans.flatMap(({ literals }) => literals),
    literalName,
  );
  const faults: string[] = [];
  const current = new Map<string, Verdict>();
  for (const [name, [literal]] of found) {
    if (!literal) continue;
    const known = verdicts.get(name);
    const { verdict, attack } =
      known === undefined ? await check(literal) : { verdict: known, attack: undefined };
    current.set(name, verdict);
    const fault = verdictFault(verdict, attack, Object.hasOwn(unknown, name));
    if (fault !== undefined) faults.push(`${literal.place}: ${name} ${fault}`);
    else if (known === undefined)
      faults.push(`${literal.place}: ${name} has no verdict yet; run: npm run regexes -- --write`);
  }
  const built = new Set<string>();
  for (const { path, line, code } of scans.flatMap((scan) => scan.dynamic)) {
    built.add(`${path}: ${code}`);
    if (!Object.hasOwn(dynamic, `${path}: ${code}`))
      faults.push(
        `${path}:${line}: ${code} is built at run time; write a literal, or a reason in exceptions.ts`,
      );
  }
  for (const { path, line, code } of scans.flatMap((scan) => scan.forbidden))
    faults.push(`${path}:${line}: ${code} runs text as code or as a command line`);
  return {
    faults: [...faults, ...staleFaults({ verdicts, unknown, dynamic }, current, built)],
    verdicts: current,
  };
}

function verdictFault(verdict: Verdict, attack: string | undefined, hasReason: boolean): string | undefined {
  if (verdict === 'safe') return undefined;
  if (verdict === 'unknown')
    return hasReason
      ? undefined
      : 'could not be checked in time; simplify it, or write a reason in exceptions.ts';
  return `takes ${verdict} time${attack === undefined ? '' : `, for example on ${attack}`}`;
}

function staleFaults(
  { verdicts, unknown, dynamic }: Known,
  current: Verdicts,
  built: ReadonlySet<string>,
): string[] {
  return [
    ...[...verdicts.keys()]
      .filter((name) => !current.has(name))
      .map((name) => `verdicts.tsv: ${name} is in no file; run: npm run regexes -- --write`),
    ...Object.keys(unknown)
      .filter((name) => current.get(name) !== 'unknown')
      .map((name) => `exceptions.ts: ${name} needs no reason`),
    ...Object.keys(dynamic)
      .filter((name) => !built.has(name))
      .map((name) => `exceptions.ts: ${name} is in no file`),
  ];
}
