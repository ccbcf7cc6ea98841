import type { Measurements } from './aims.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, parseTrustedJson } from '../src/domain/json.ts';
import { OBJECT_LIMITS } from '../src/format/decoded.ts';
import { readJson } from '../src/format/json-text.ts';
import { lintDashboard } from '../src/lint/dashboard/lint-dashboard.ts';
import { lintMonitor } from '../src/lint/monitor/lint-monitor.ts';
import { CORPUS } from '../test/conformance/corpus.ts';

const KINDS = [
  { kind: 'monitor', lint: lintMonitor },
  { kind: 'dashboard', lint: lintDashboard },
] as const;
/** The JIT compiler settles in the first rounds; the median of the last COUNTED rounds counts. */
const ROUNDS = 14;
const COUNTED = 5;
/** Minimum CPU time of a round. */
const ROUND_MS = 180;

/** Prints how many objects of the corpus are linted per second, compared with parsing and printing JSON; adds it to `measured`. */
export function benchLint(measured: Measurements = {}): void {
  if (!existsSync(CORPUS)) {
    console.log('\nLint was not measured: the corpus is missing (set CORPUS).');
    return;
  }
  console.log(
    '\n| lint | objects | KiB each | linted/s | parsed and linted/s | JSON.parse and JSON.stringify/s | linted relative to JSON |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const { kind, lint } of KINDS) {
    const objects = shipped(kind);
    const texts = objects.map((object) => JSON.stringify(object));
    const size = texts.reduce((sum, text) => sum + text.length, 0) / objects.length / 1024;
    const lintText = (text: string) => {
      const { value } = readJson(text, OBJECT_LIMITS);
      return isObject(value) ? lint(value, '').length : 0;
    };
    const [linted = Number.NaN, read = Number.NaN, baseline = Number.NaN] = rates(
      objects.length,
      () => objects.reduce((sum, object) => sum + lint(object, '').length, 0),
      () => texts.reduce((sum, text) => sum + lintText(text), 0),
      () => texts.reduce((sum, text) => sum + JSON.stringify(JSON.parse(text)).length, 0),
    );
    if (kind === 'monitor') measured.lint = linted;
    console.log(
      `| ${kind}s | ${objects.length} | ${size.toFixed(1)} | ${linted.toFixed(0)} | ${read.toFixed(0)} | ${baseline.toFixed(0)} | ${(linted / baseline).toFixed(2)} |`,
    );
  }
}

function shipped(kind: 'monitor' | 'dashboard'): JsonObject[] {
  return readFileSync(join(CORPUS, `${kind}s.ndjson`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseTrustedJson)
    .flatMap((line) => (isObject(line) && isObject(line[kind]) ? [line[kind]] : []));
}

/** Returns for each task the objects it processes per second; the tasks alternate. A task processes `count` objects. */
function rates(count: number, ...tasks: readonly (() => number)[]): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => tasks.map((task) => rate(count, task)));
  return tasks.map((_, at) => {
    const sorted = rounds
      .slice(-COUNTED)
      .map((round) => round[at] ?? Number.NaN)
      .sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  });
}

/** Measures CPU time of the whole process, including garbage collector and compiler, so that other load does not count. */
function rate(count: number, task: () => number): number {
  const begun = process.cpuUsage();
  let [done, seen, spent] = [0, 0, 0];
  while (spent < ROUND_MS) {
    seen += task();
    done += count;
    const { user, system } = process.cpuUsage(begun);
    spent = (user + system) / 1000;
  }
  if (Number.isNaN(seen)) throw new Error('the task returned NaN');
  return (done / spent) * 1000;
}

if (import.meta.main) benchLint();
