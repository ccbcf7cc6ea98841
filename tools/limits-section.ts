import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = join(import.meta.dirname, '../src');

type Unit = 'bytes' | 'bytes/s' | 'characters' | 'ms' | 's' | 'MiB' | '';

/** A limit: the file and the constant (or its field) that set it, and what happens beyond it. */
interface LimitRow {
  readonly what: string;
  readonly file: string;
  /** `NAME`, or `NAME.field`. */
  readonly constant: string;
  readonly unit: Unit;
  readonly beyond: string;
}

const TOO_LARGE = '413 `too_large` with `limit` and `measured`';
const MALFORMED = '400 `malformed_body`';
const BUSY = '503 `busy` with Retry-After';
const TIMEOUT = '408 `request_timeout`, connection closed';
const IN_CHILD = 'moves to a child process';
const WAITS = 'the request waits until its deadline, then 503 `busy`';
const UPSTREAM = '502, or 503 for a catalog; the response is discarded';
const BAD_FILE = 'the process does not start; a later change is logged and ignored';

/** Every limit on what callers and upstreams control, in the order in which a request meets them. */
const ROWS: readonly LimitRow[] = [
  row('headers of a request', 'runtime/server.ts', 'LIMITS.maxHeaderSize', 'bytes', '431, connection closed'),
  row('number of headers', 'runtime/request-faults.ts', 'MAX_HEADERS', '', '431, connection closed'),
  row(
    'time until all headers have arrived',
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
  row('time until a body has arrived', 'runtime/read-body.ts', 'RATE.maxSeconds', 's', TIMEOUT),
  row(
    'minimum transfer rate of a body, after the grace period',
    'runtime/read-body.ts',
    'RATE.minBytesPerSecond',
    'bytes/s',
    TIMEOUT,
  ),
  row(
    'grace period before the minimum transfer rate applies',
    'runtime/read-body.ts',
    'RATE.graceSeconds',
    's',
    'the minimum rate applies',
  ),
  row(
    'chunks of a body besides one for every 16 bytes',
    'runtime/collect-bytes.ts',
    'MAX_SMALL_CHUNKS',
    '',
    '400 `bad_request`; a response of an upstream is discarded',
  ),
  row('body of one object', 'format/decoded.ts', 'OBJECT_LIMITS.bytes', 'bytes', TOO_LARGE),
  row('body of a document', 'format/decoded.ts', 'DOCUMENT_LIMITS.bytes', 'bytes', TOO_LARGE),
  row('values in one object', 'format/decoded.ts', 'OBJECT_LIMITS.values', '', TOO_LARGE),
  row('values in a document', 'format/decoded.ts', 'DOCUMENT_LIMITS.values', '', TOO_LARGE),
  row(
    'a document without its monitors, alerts and dashboards, as JSON',
    'format/decoded.ts',
    'OBJECT_LIMITS.bytes',
    'bytes',
    TOO_LARGE,
  ),
  row(
    'document-level tags and recipients, times the entries that they are added to',
    'pipeline/document/read-document.ts',
    'MAX_SHARED',
    '',
    TOO_LARGE,
  ),
  row('depth of lists and objects', 'format/decoded.ts', 'OBJECT_LIMITS.depth', '', MALFORMED),
  row('YAML aliases', 'format/decoded.ts', 'OBJECT_LIMITS.aliases', '', MALFORMED),
  row(
    'distinct applications and catalog names in one body',
    'http/inspection/inspect.ts',
    'MAX_WANTS',
    '',
    TOO_LARGE,
  ),
  row(
    'compressed bodies that are decompressed at once',
    'runtime/content-encoding.ts',
    'CONCURRENCY.maxConcurrent',
    '',
    WAITS,
  ),
  row(
    'compressed bodies of one caller that are decompressed at once',
    'runtime/content-encoding.ts',
    'CONCURRENCY.maxConcurrentPerCaller',
    '',
    WAITS,
  ),
  row('compressed bodies that wait', 'runtime/content-encoding.ts', 'CONCURRENCY.maxWaiting', '', BUSY),
  row('bodies in memory; half of it per caller', 'http/contract-app.ts', 'MAX_BODY_BYTES', 'bytes', BUSY),
  row(
    'decoded large documents in memory; half of it per caller',
    'http/contract-app.ts',
    'MAX_DECODED_BYTES',
    'bytes',
    BUSY,
  ),
  row(
    'body decoded and linted in the server process',
    'http/inspection/inspector.ts',
    'MAX_INLINE_BYTES',
    'bytes',
    IN_CHILD,
  ),
  row(
    'CPU time to decode and lint a body in the server process',
    'http/inspection/inspector.ts',
    'MAX_INLINE_MS',
    'ms',
    IN_CHILD,
  ),
  row(
    'child processes that inspect bodies',
    'http/inspection/inspector.ts',
    'PROCESSES.maxConcurrent',
    '',
    WAITS,
  ),
  row(
    'child processes of one caller',
    'http/inspection/inspector.ts',
    'PROCESSES.maxConcurrentPerCaller',
    '',
    WAITS,
  ),
  row(
    'requests that wait for a child process',
    'http/inspection/inspector.ts',
    'PROCESSES.maxWaiting',
    '',
    BUSY,
  ),
  row(
    'heap of a child process',
    'http/inspection/child-process.ts',
    'MAX_HEAP_MIB',
    'MiB',
    '413 `too_large`; the server keeps running',
  ),
  row('previews in progress', 'serving/backend.ts', 'PREVIEWS.maxConcurrent', '', WAITS),
  row(
    'previews of one caller in progress',
    'serving/backend.ts',
    'PREVIEWS.maxConcurrentPerCaller',
    '',
    WAITS,
  ),
  row('previews that wait', 'serving/backend.ts', 'PREVIEWS.maxWaiting', '', BUSY),
  row('groups of a query in a preview', 'preview/ports.ts', 'MAX_GROUPS', '', 'left out, with a finding'),
  row('images in a preview', 'pipeline/preview/preview-of-plan.ts', 'MAX_IMAGES', '', 'left out'),
  row(
    'findings of one code in a response',
    'domain/findings.ts',
    'ANSWER_LIMITS.maxPerCode',
    '',
    'counted in `more_findings`',
  ),
  row(
    'findings in a response',
    'domain/findings.ts',
    'ANSWER_LIMITS.maxInAll',
    '',
    'counted in `more_findings`; errors are kept first',
  ),
  row(
    'message or hint of a finding; pointer of a finding',
    'domain/findings.ts',
    'MAX_MESSAGE',
    'characters',
    'shortened in the middle; a pointer is replaced by that of its nearest parent that fits',
  ),
  row('detail of a problem', 'domain/problem.ts', 'MAX_DETAIL', 'characters', 'shortened in the middle'),
  row('time until a response has been read', 'runtime/server.ts', 'MAX_SEND_MS', 'ms', 'connection closed'),
  row(
    'responses that clients have not read; half of it per caller',
    'http/contract-app.ts',
    'MAX_UNREAD_BYTES',
    'bytes',
    'further requests get 503 `busy` with Retry-After',
  ),
  row('bodies that wait for the sidecar', 'main/sidecar-client.ts', 'MAX_WAITING_BYTES', 'bytes', BUSY),
  row(
    'response of the sidecar',
    'main/sidecar-client.ts',
    'MAX_ANSWER_BYTES',
    'bytes',
    '503 `sidecar_unavailable`, or 504 `outcome_unknown` for a write',
  ),
  row(
    'response of the sidecar to a health probe',
    'main/sidecar-client.ts',
    'MAX_PROBE_BYTES',
    'bytes',
    'the probe fails',
  ),
  row('response of Datadog', 'datadog/request.ts', 'MAX_ANSWER_BYTES', 'bytes', UPSTREAM),
  row('objects in a list from Datadog', 'datadog/list-pages.ts', 'MAX_LISTED', '', UPSTREAM),
  row('pages of a list from Datadog', 'datadog/list-pages.ts', 'MAX_PAGES', '', UPSTREAM),
  row('response of a catalog', 'catalogs/request-catalog.ts', 'MAX_BYTES', 'bytes', UPSTREAM),
  row('values in a response of a catalog', 'catalogs/request-catalog.ts', 'LIMITS.values', '', UPSTREAM),
  row(
    'access, tokens, issuers or handles file, as text',
    'format/decoded.ts',
    'OBJECT_LIMITS.bytes',
    'bytes',
    BAD_FILE,
  ),
  row('the same files, size on disk', 'runtime/reloaded-file.ts', 'MAX_BYTES', 'bytes', BAD_FILE),
];

function row(what: string, file: string, constant: string, unit: Unit, beyond: string): LimitRow {
  return { what, file, constant, unit, beyond };
}

const BEGIN = '<!-- limits: `npm run docs` -->\n';
const END = '<!-- end of limits -->';
const NUMBER = /^[\d_ *]+/;

/** Returns the page with its table of limits regenerated. Throws Error if a constant or the section is missing. */
export function withLimits(page: string): string {
  const begin = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END, begin);
  if (begin < BEGIN.length || end < 0)
    throw new Error('The page has no limits section: its markers are missing.');
  const lines = ROWS.map(
    ({ what, file, constant, unit, beyond }) =>
      `| ${what} | ${shown(valueOf(file, constant), unit)} | ${beyond} | \`src/${file}\` |\n`,
  );
  const table = `\n| limit on | value | beyond it | set in |\n|---|---|---|---|\n${lines.join('')}\n`;
  return `${page.slice(0, begin)}${table}${page.slice(end)}`;
}

/** Reads the number of a constant from the text of its source file, so that the constant need not be exported. */
function valueOf(file: string, constant: string): number {
  const [name = '', member] = constant.split('.');
  const text = readFileSync(join(SOURCES, file), 'utf8');
  const start = [' ', ':'].map((next) => text.indexOf(`const ${name}${next}`)).find((at) => at >= 0) ?? -1;
  const from = start < 0 ? '' : text.slice(start, text.indexOf(';', start));
  const before = member === undefined ? ' = ' : ` ${member}: `;
  const at = from.indexOf(before);
  const written = at < 0 ? undefined : NUMBER.exec(from.slice(at + before.length))?.[0];
  const factors = written?.split('*').map((factor) => Number(factor.replaceAll('_', '')));
  if (!factors) throw new Error(`${file} has no constant ${constant} with a number.`);
  return factors.reduce((product, factor) => product * factor, 1);
}

function shown(value: number, unit: Unit): string {
  if (unit === 'bytes' && value >= 1024) {
    return value % 1024 ** 2 === 0 ? `${value / 1024 ** 2} MiB` : `${value / 1024} KiB`;
  }
  return `${value.toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`;
}
