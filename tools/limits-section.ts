import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = join(import.meta.dirname, '../src');

type Unit = 'bytes' | 'ms' | 'MiB' | '';

/** A limit: the file and the constant (or its member) that set it, and what happens at it. */
interface LimitRow {
  readonly what: string;
  readonly file: string;
  /** `NAME`, or `NAME.member`. */
  readonly constant: string;
  readonly unit: Unit;
  readonly atLimit: string;
}

const TOO_LARGE = '413 `too_large` with `limit` and `measured`';
const MALFORMED = '400 `malformed_body`';
const BUSY = '503 `busy` with Retry-After';
const UPSTREAM = '502, or 503 for a catalog; nothing is built from the rest';

/** Every limit on what others control, in the order of a request's way. */
const ROWS: readonly LimitRow[] = [
  row('headers of a request', 'runtime/server.ts', 'LIMITS.maxHeaderSize', 'bytes', '431, connection closed'),
  row('number of headers', 'runtime/request-faults.ts', 'MAX_HEADERS', '', '431, connection closed'),
  row(
    'time until all headers arrived',
    'runtime/server.ts',
    'LIMITS.headersTimeout',
    'ms',
    '408, connection closed',
  ),
  row(
    'pipelined requests of one connection',
    'runtime/connections.ts',
    'MAX_PIPELINED',
    '',
    'connection closed',
  ),
  row('body of one object', 'format/decoded.ts', 'OBJECT_LIMITS.bytes', 'bytes', TOO_LARGE),
  row('body of a document', 'format/decoded.ts', 'DOCUMENT_LIMITS.bytes', 'bytes', TOO_LARGE),
  row('values of one object', 'format/decoded.ts', 'OBJECT_LIMITS.values', '', TOO_LARGE),
  row('values of a document', 'format/decoded.ts', 'DOCUMENT_LIMITS.values', '', TOO_LARGE),
  row('depth of lists and objects', 'format/decoded.ts', 'OBJECT_LIMITS.depth', '', MALFORMED),
  row('YAML aliases', 'format/decoded.ts', 'OBJECT_LIMITS.aliases', '', MALFORMED),
  row('bodies held at once; half of it per caller', 'http/contract-app.ts', 'MAX_BODY_BYTES', 'bytes', BUSY),
  row(
    'body decoded and linted in the server itself',
    'http/inspection/inspector.ts',
    'MAX_INLINE_BYTES',
    'bytes',
    'a process of its own does it',
  ),
  row(
    'CPU time of that',
    'http/inspection/inspector.ts',
    'MAX_INLINE_MS',
    'ms',
    'a process of its own does it',
  ),
  row(
    'such processes at once',
    'http/inspection/inspector.ts',
    'PROCESSES.maxConcurrent',
    '',
    'the request waits until its deadline, then 503 `busy`',
  ),
  row(
    'such processes of one caller',
    'http/inspection/inspector.ts',
    'PROCESSES.maxConcurrentPerCaller',
    '',
    'the request waits until its deadline, then 503 `busy`',
  ),
  row('requests that wait for one', 'http/inspection/inspector.ts', 'PROCESSES.maxWaiting', '', BUSY),
  row(
    'heap of such a process',
    'http/inspection/child-process.ts',
    'MAX_HEAP_MIB',
    'MiB',
    '413 `too_large`; the server goes on',
  ),
  row(
    'findings of one code in an answer',
    'domain/findings.ts',
    'ANSWER_LIMITS.maxPerCode',
    '',
    'counted in `more_findings`',
  ),
  row(
    'findings in an answer',
    'domain/findings.ts',
    'ANSWER_LIMITS.maxInAll',
    '',
    'counted in `more_findings`, errors kept first',
  ),
  row('answer of Datadog', 'datadog/request.ts', 'MAX_ANSWER_BYTES', 'bytes', UPSTREAM),
  row('objects in a list of Datadog', 'datadog/list-pages.ts', 'MAX_LISTED', '', UPSTREAM),
  row('pages of a list of Datadog', 'datadog/list-pages.ts', 'MAX_PAGES', '', UPSTREAM),
  row('answer of a catalog', 'catalogs/ask-catalog.ts', 'MAX_BYTES', 'bytes', UPSTREAM),
  row('values in an answer of a catalog', 'catalogs/ask-catalog.ts', 'LIMITS.values', '', UPSTREAM),
];

function row(what: string, file: string, constant: string, unit: Unit, atLimit: string): LimitRow {
  return { what, file, constant, unit, atLimit };
}

const BEGIN = '<!-- limits: `npm run docs` -->\n';
const END = '<!-- end of limits -->';
const NUMBER = /^[\d_ *]+/;

/** Returns the page with its table of limits written from the constants. Throws Error where a constant or the section is missing. */
export function withLimits(page: string): string {
  const begin = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END, begin);
  if (begin < BEGIN.length || end < 0) throw new Error('The page has no section of limits.');
  const lines = ROWS.map(
    ({ what, file, constant, unit, atLimit }) =>
      `| ${what} | ${shown(valueOf(file, constant), unit)} | ${atLimit} | \`src/${file}\` |\n`,
  );
  const table = `\n| limit on | at most | beyond it | set in |\n|---|---|---|---|\n${lines.join('')}\n`;
  return `${page.slice(0, begin)}${table}${page.slice(end)}`;
}

/** Reads the number that a constant of a source file is set to, without exporting it. */
function valueOf(file: string, constant: string): number {
  const [name = '', member] = constant.split('.');
  const text = readFileSync(join(SOURCES, file), 'utf8');
  const start = [' ', ':'].map((next) => text.indexOf(`const ${name}${next}`)).find((at) => at >= 0) ?? -1;
  const from = start < 0 ? '' : text.slice(start, text.indexOf(';', start));
  const before = member === undefined ? ' = ' : ` ${member}: `;
  const at = from.indexOf(before);
  const written = at < 0 ? undefined : NUMBER.exec(from.slice(at + before.length))?.[0];
  const factors = written?.split('*').map((factor) => Number(factor.replaceAll('_', '')));
  if (!factors) throw new Error(`${file} has no number ${constant}.`);
  return factors.reduce((product, factor) => product * factor, 1);
}

function shown(value: number, unit: Unit): string {
  if (unit === 'bytes' && value >= 1024) {
    return value % 1024 ** 2 === 0 ? `${value / 1024 ** 2} MiB` : `${value / 1024} KiB`;
  }
  return `${value.toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`;
}
