import { once } from 'node:events';
import http from 'node:http';
import { HEADERS } from '../../../src/domain/headers.ts';
import { OPERATIONS } from '../../../src/contract/operations.ts';
import { contractApp } from '../../../src/http/contract-app.ts';
import { createInspector } from '../../../src/http/inspection/inspector.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { replyWith } from '../../../src/runtime/reply.ts';
import { startServer } from '../../../src/runtime/server.ts';
import { createLog } from '../../../src/runtime/log.ts';
import { systemClock } from '../../../src/runtime/system-clock.ts';
import { startInProcess } from '../../documents-in-process.ts';
import type { Subject } from './measure.ts';

/** Node accepts at most 16 KiB of headers, including the request line. */
const MAX_HEADER_UNITS = 15 * 1024;
const unexpected = () => {
  throw new Error('no body is sent here');
};
const OWNER = { application: 'app', team: 'payments' };
const BODY = { format: 'json', text: '{"application": "app", "team": "payments"}' } as const;

/** Sends each query parameter of each operation. */
export function querySubjects(): Subject[] {
  return OPERATIONS.flatMap(({ path, method, query }) =>
    query.map((name) => ({
      name: `${path}?${name}`,
      maxUnits: MAX_HEADER_UNITS,
      async prepare(text: string) {
        const { send } = startInProcess();
        const body = method === 'GET' || method === 'DELETE' ? undefined : BODY;
        const own = query.includes('application') ? OWNER : {};
        return () => send(path, body, { ...own, [name]: text });
      },
    })),
  );
}

/** Sends each header that Birddog reads, the path and the query over HTTP. */
export async function headerSubjects(): Promise<{ subjects: Subject[]; close: () => Promise<void> }> {
  const app = contractApp({
    serve: async ({ context }) => replyWith(200, {}, 'json', context.requestId),
    check: async () => ({ ok: true, checked_at: '', version: '0', parts: [] }),
    precheck: () => {},
    callerOf: (header) => ({ name: header('authorization') ?? 'somebody' }),
    clock: systemClock,
    log: createLog('test', () => {}),
    metrics: createMetrics('test', '0'),
    version: '0',
    inspector: createInspector({ preflightOf: unexpected, startProcess: unexpected }),
  });
  const server = await startServer({ host: '127.0.0.1', port: 0, app });
  const ask = async (path: string, headers: http.OutgoingHttpHeaders) => {
    const outgoing = http.request(new URL(path, server.url), { agent: false, method: 'GET', headers });
    outgoing.end();
    const [incoming]: http.IncomingMessage[] = await once(outgoing, 'response');
    incoming?.resume();
  };
  const names = [
    ...Object.values(HEADERS),
    'accept',
    'accept-encoding',
    'authorization',
    'content-type',
    'origin',
    'cookie',
  ];
  const subject = (name: string, path: (text: string) => string, header?: string): Subject => ({
    name,
    maxUnits: MAX_HEADER_UNITS,
    prepare: async (text) => {
      // Characters that are invalid in a header are sent as UTF-8 bytes, or omitted.
      const value = Buffer.from(text.replace(/[\r\n\0]/g, ' '))
        .toString('latin1')
        .slice(0, MAX_HEADER_UNITS);
      const allowed = value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '');
      return () => ask(path(text), header === undefined ? {} : { [header]: allowed });
    },
  });
  const encoded = (text: string) =>
    encodeURIComponent(text.toWellFormed())
      .slice(0, MAX_HEADER_UNITS)
      .replace(/%[\dA-F]?$/, '');
  return {
    subjects: [
      ...names.map((name) => subject(`header ${name}`, () => '/get_monitors', name)),
      subject('path', (text) => `/${encoded(text)}`),
      subject('name of a query parameter', (text) => `/get_monitors?${encoded(text)}=1`),
    ],
    close: () => server.close(0),
  };
}
