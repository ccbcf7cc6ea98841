import type { Measurements } from './aims.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, parseTrustedJson } from '../src/domain/json.ts';
import { OBJECT_LIMITS } from '../src/format/decoded.ts';
import { readJson } from '../src/format/json-text.ts';
import { lintDashboard } from '../src/lint/dashboard/lint-dashboard.ts';
import { lintMonitor } from '../src/lint/monitor/lint-monitor.ts';
import { CORPUS } from '../test/conformance/corpus.ts';
import { FULL, printHead, type Scale } from './scale.ts';

const KINDS = [
  { kind: 'monitor', lint: lintMonitor },
  { kind: 'dashboard', lint: lintDashboard },
] as const;

/** Prints how many objects of the corpus are linted per second, compared with parsing and printing JSON; adds it to `measured`. */
export function benchLint(scale: Scale, measured: Measurements): void {
  if (!existsSync(CORPUS)) {
    console.log('\nLint was not measured: the corpus is missing (set CORPUS).');
    return;
  }
  console.log('');
  printHead(scale, [
    'lint',
    'objects',
    'KiB each',
    'linted/s',
    'parsed and linted/s',
    'JSON.parse and JSON.stringify/s',
    'linted relative to JSON',
  ]);
  for (const { kind, lint } of KINDS) {
    const objects = shipped(kind);
    const texts = objects.map((object) => JSON.stringify(object));
    const size = texts.reduce((sum, text) => sum + text.length, 0) / objects.length / 1024;
    const lintText = (text: string) => {
      const { value } = readJson(text, OBJECT_LIMITS);
      return isObject(value) ? lint(value, '').length : 0;
    };
    const [linted = Number.NaN, read = Number.NaN, baseline = Number.NaN] = rates(
      scale,
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

/**
 * Returns for each task the objects it processes per second; the tasks alternate. A task processes `count` objects. The JIT
 * compiler settles in the first rounds; the median of the last ones counts.
 */
function rates(
  { lintRounds, lintCounted, lintRoundMs }: Scale,
  count: number,
  ...tasks: readonly (() => number)[]
): number[] {
  const rounds = Array.from({ length: lintRounds }, () =>
    tasks.map((task) => rate(count, lintRoundMs, task)),
  );
  return tasks.map((_, at) => {
    const sorted = rounds
      .slice(-lintCounted)
      .map((round) => round[at] ?? Number.NaN)
      .sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  });
}

/** Measures CPU time of the whole process, including garbage collector and compiler, so that other load does not count. */
function rate(count: number, minMs: number, task: () => number): number {
  const begun = process.cpuUsage();
  let [done, seen, spent] = [0, 0, 0];
  while (spent < minMs) {
    seen += task();
    done += count;
    const { user, system } = process.cpuUsage(begun);
    spent = (user + system) / 1000;
  }
  if (Number.isNaN(seen)) throw new Error('the task returned NaN');
  return (done / spent) * 1000;
}

if (import.meta.main) benchLint(FULL, {});
