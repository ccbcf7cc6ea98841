import { relative, sep } from 'node:path';

/** An event of Node's test runner, with the fields that this reporter uses. */
interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly file?: string | undefined;
    readonly name?: string;
    readonly skip?: string | boolean;
    readonly details?: { readonly duration_ms?: number; readonly type?: string };
  };
}

export interface AreaResult {
  passed: number;
  failed: number;
  skipped: number;
  /** Sum of the tests' own durations in milliseconds. */
  ms: number;
}

export interface Results {
  readonly areas: ReadonlyMap<string, AreaResult>;
  /** `area: name` of each failed test. */
  readonly failures: readonly string[];
  /** How often tests were skipped for each reason. */
  readonly skips: ReadonlyMap<string, number>;
}

/** Returns the area of a test file: its two outermost folders. */
export function areaOf(file: string, root: string): string {
  const steps = relative(root, file).split(sep);
  return steps.slice(0, Math.min(2, steps.length - 1)).join('/') || 'other';
}

/** Sums up the events of the test runner by area. Suites are not counted. */
export async function resultsOf(events: AsyncIterable<TestEvent>, root: string): Promise<Results> {
  const areas = new Map<string, AreaResult>();
  const failures: string[] = [];
  const skips = new Map<string, number>();
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite' || data.file === undefined) continue;
    const name = areaOf(data.file, root);
    const area = areas.get(name) ?? { passed: 0, failed: 0, skipped: 0, ms: 0 };
    areas.set(name, area);
    area.ms += data.details?.duration_ms ?? 0;
    if (data.skip !== undefined && data.skip !== false) {
      area.skipped += 1;
      const reason = data.skip === true || data.skip === '' ? 'no reason given' : data.skip;
      skips.set(reason, (skips.get(reason) ?? 0) + 1);
    } else if (type === 'test:fail') {
      area.failed += 1;
      failures.push(`${name}: ${data.name ?? ''}`);
    } else area.passed += 1;
  }
  return { areas, failures, skips };
}

/** Returns the results as Markdown. */
export function resultsPage({ areas, failures, skips }: Results): string {
  const rows = [...areas].sort(([a], [b]) => a.localeCompare(b));
  const sum = (part: keyof AreaResult) => rows.reduce((total, [, area]) => total + area[part], 0);
  const line = (name: string, { passed, failed, skipped, ms }: AreaResult) =>
    `| ${name} | ${passed} | ${failed} | ${skipped} | ${(ms / 1000).toFixed(1)} |\n`;
  const all = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), ms: sum('ms') };
  return [
    '| area | passed | failed | skipped | seconds |\n|---|---|---|---|---|\n',
    ...rows.map(([name, area]) => line(name, area)),
    line('**all**', all),
    listed('Failed', failures),
    listed(
      'Skipped',
      [...skips].map(([reason, count]) => `${count} times: ${reason}`),
    ),
  ].join('');
}

function listed(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}:\n\n${lines.map((line) => `- ${line}\n`).join('')}`;
}

/** Prints the results as Markdown once all tests have run; a reporter for `node --test`. */
export default async function* areaReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  yield resultsPage(await resultsOf(events, process.cwd()));
}
