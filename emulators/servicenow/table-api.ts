import { type EmulatorResponse, type EmulatorRequest, json } from '../server/emulator-server.ts';
import { type Cell, cellOf, columnsOf, isColumn, isIn, isTable, type Row, textOf } from './cmdb.ts';
import { parseEncodedQuery } from './encoded-query.ts';

export interface TableSettings {
  readonly rows: readonly Row[];
  /** The instance property `glide.invalid_query.returns_no_rows`; false by default. */
  readonly invalidQueryReturnsNoRows: boolean;
}

const PATH = /^\/api\/now\/(?:(v[12])\/)?table\/([^/]+)(?:\/([^/]+))?$/;
const TYPE = { 'content-type': 'application/json;charset=UTF-8' };
const DEFAULT_LIMIT = 10_000;

/** Serves `GET /api/now/table/<table>[/<sys_id>]`; returns undefined for other routes. */
export function tableApi(request: EmulatorRequest, settings: TableSettings): EmulatorResponse | undefined {
  const [, version, table = '', sysId] = PATH.exec(request.path) ?? [];
  if (request.method !== 'GET' || table === '') return undefined;
  const { query } = request;
  if (!isTable(table)) return failure(400, `Invalid table ${table}`);
  const inTable = settings.rows.filter((row) => isIn(row, table));
  if (sysId !== undefined) {
    const row = inTable.find((r) => r.sys_id === sysId && !r.hidden);
    return row ? json(200, { result: rowView(row, query) }, TYPE) : noRecord();
  }
  const offset = Number(query.get('sysparm_offset') ?? 0);
  if (!(offset >= 0)) return failure(400, 'Invalid offset');
  const limit = Number(query.get('sysparm_limit') ?? DEFAULT_LIMIT);
  const parsedQuery = parseEncodedQuery(encodedQuery(query), settings.invalidQueryReturnsNoRows);
  const rows = inTable.filter((row) => parsedQuery.matches(row)).sort((a, b) => parsedQuery.compare(a, b));
  // ServiceNow applies the limit first and then removes the hidden rows from the page.
  const page = rows.slice(offset, offset + limit).filter((row) => !row.hidden);
  if (page.length === 0 && version === 'v1') return noRecord();
  return json(
    200,
    { result: page.map((row) => rowView(row, query)) },
    { ...TYPE, ...pagingHeaders(request, rows.length, offset, limit) },
  );
}

/** Returns `sysparm_query`, or a query made of the plain `<field>=<value>` parameters. */
function encodedQuery(query: URLSearchParams): string {
  const plain = [...query].filter(([name]) => !name.startsWith('sysparm_'));
  return query.get('sysparm_query') ?? plain.map(([name, value]) => `${name}=${value}`).join('^');
}

function rowView(row: Row, query: URLSearchParams): Record<string, unknown> {
  const fields = (query.get('sysparm_fields') ?? '').split(',').filter((field) => field !== '');
  const columns = columnsOf(row).filter((column) => fields.length === 0 || fields.includes(column));
  const display = query.get('sysparm_display_value') ?? 'false';
  const links = query.get('sysparm_exclude_reference_link') !== 'true';
  const cells = columns
    .filter(isColumn)
    .map((column) => [column, cellView(cellOf(row, column), display, links)]);
  return Object.fromEntries(cells);
}

function cellView(cell: Cell, display: string, links: boolean): unknown {
  const value = textOf(cell);
  const display_value = typeof cell === 'string' ? cell : cell.display;
  const link = links && typeof cell !== 'string' ? { link: cell.link } : {};
  if (display === 'all') return { display_value, value, ...link };
  if (display === 'true')
    return links && typeof cell !== 'string' ? { display_value, ...link } : display_value;
  return links && typeof cell !== 'string' ? { ...link, value } : value;
}

function pagingHeaders(
  { path, query, headers }: EmulatorRequest,
  count: number,
  offset: number,
  limit: number,
): Record<string, string> {
  const total = query.get('sysparm_no_count') === 'true' ? {} : { 'x-total-count': String(count) };
  if (query.get('sysparm_suppress_pagination_header') === 'true') return total;
  const link = (rel: string, at: number) => {
    const there = new URLSearchParams(query);
    there.set('sysparm_offset', String(Math.max(0, at)));
    return `<http://${headers['host'] ?? 'localhost'}${path}?${there}>;rel="${rel}"`;
  };
  const links = [
    link('first', 0),
    ...(offset > 0 ? [link('prev', offset - limit)] : []),
    ...(offset + limit < count ? [link('next', offset + limit)] : []),
    link('last', Math.floor(Math.max(0, count - 1) / Math.max(1, limit)) * limit),
  ];
  return { ...total, link: links.join(',') };
}

function noRecord(): EmulatorResponse {
  return failure(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");
}

export function failure(
  status: number,
  message: string,
  detail: string | null = null,
  headers: Record<string, string> = {},
): EmulatorResponse {
  return json(status, { error: { message, detail }, status: 'failure' }, { ...TYPE, ...headers });
}
