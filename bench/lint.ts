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
/** Rounds, each at least so long (ms of CPU time). In the first ones the compiler settles; of the last so many, the middle one counts. */
const ROUNDS = 14;
const COUNTED = 5;
const ROUND = 180;

/** Prints, and notes among what is `measured`, how many monitors and dashboards of the corpus are linted a second, beside JSON read and written. */
export function benchLint(measured: Measurements = {}): void {
  if (!existsSync(CORPUS)) {
    console.log('\nNothing is linted: the corpus is not here (set CORPUS).');
    return;
  }
  console.log(
    '\n| lint | objects | KiB each | linted/s | read from text and linted/s | JSON.parse and JSON.stringify/s | linted against JSON |',
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
    const [linted = Number.NaN, read = Number.NaN, yardstick = Number.NaN] = rates(
      objects.length,
      () => objects.reduce((sum, object) => sum + lint(object, '').length, 0),
      () => texts.reduce((sum, text) => sum + lintText(text), 0),
      () => texts.reduce((sum, text) => sum + JSON.stringify(JSON.parse(text)).length, 0),
    );
    if (kind === 'monitor') measured.lint = linted;
    console.log(
      `| ${kind}s | ${objects.length} | ${size.toFixed(1)} | ${linted.toFixed(0)} | ${read.toFixed(0)} | ${yardstick.toFixed(0)} | ${(linted / yardstick).toFixed(2)} |`,
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

/** Objects a second of each way of going once through `count` of them; the ways take turns. */
function rates(count: number, ...ways: readonly (() => number)[]): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => ways.map((way) => rate(count, way)));
  return ways.map((_, at) => {
    const sorted = rounds
      .slice(-COUNTED)
      .map((round) => round[at] ?? Number.NaN)
      .sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  });
}

/** By the CPU time of the whole process, its collector and compiler included: what else the machine does is not counted. */
function rate(count: number, way: () => number): number {
  const begun = process.cpuUsage();
  let [done, seen, spent] = [0, 0, 0];
  while (spent < ROUND) {
    seen += way();
    done += count;
    const { user, system } = process.cpuUsage(begun);
    spent = (user + system) / 1000;
  }
  if (Number.isNaN(seen)) throw new Error('nothing was counted');
  return (done / spent) * 1000;
}

if (import.meta.main) benchLint();
