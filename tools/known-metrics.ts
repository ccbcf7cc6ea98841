import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const ROOT = join(import.meta.dirname, '..');
/** The metrics and service checks of Datadog's public integrations, one per line. */
export const SOURCE = join(ROOT, '../shared/reference/metrics');
/** The table that lint loads. */
export const TABLE = join(ROOT, 'src/lint/known/known-metrics.br');

/**
 * Returns the text of the table: the metrics (name, first letter of the type, unit), an empty line, and the service checks
 * (name, groups). Names are ordered by their first word, then by length, so that names that can be typos of each other are
 * close together.
 */
export function knownMetricsText(source: string): string {
  const metrics = rowsOf(join(source, 'integration-metrics.tsv')).map(
    ([name = '', , type = '', unit = '']) => `${name}\t${type.slice(0, 1)}\t${unit}`,
  );
  const checks = rowsOf(join(source, 'integration-checks.tsv')).map(
    ([name = '', , , groups = '']) => `${name}\t${groups}`,
  );
  return `${metrics.toSorted(byName).join('\n')}\n\n${checks.toSorted(byName).join('\n')}\n`;
}

function rowsOf(file: string): string[][] {
  const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

function byName(a: string, b: string): number {
  const [one = '', two = ''] = [a.split('\t')[0], b.split('\t')[0]];
  return compare(firstWord(one), firstWord(two)) || one.length - two.length || compare(one, two);
}

function firstWord(name: string): string {
  return name.split('.')[0] ?? name;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

if (import.meta.main) {
  const text = Buffer.from(knownMetricsText(process.argv[2] ?? SOURCE));
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length, [constants.BROTLI_PARAM_LGWIN]: 24 };
  const table = brotliCompressSync(text, { params });
  writeFileSync(TABLE, table);
  console.log(`${TABLE}: ${table.length} bytes`);
}
