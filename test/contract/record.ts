/** Records what Birddog's client and the sidecar of a pod send each other, in a file named after the version of the contract. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRACT_VERSION } from '../../src/domain/headers.ts';
import { hasBody } from '../../src/contract/operations.ts';
import { DOCUMENT_LIMITS } from '../../src/format/decoded.ts';
import { createSidecarClient } from '../../src/main/sidecar-client.ts';
import type { Outbound } from '../../src/runtime/outbound.ts';
import {
  contextFor,
  type Exchange,
  operationOf,
  outboundTo,
  recordedSchema,
  startRecordedPod,
} from './exchange.ts';

const APPLICATION = 'recorded';
const NAMED = { application: APPLICATION, team: 'recorders' };
const MONITOR = { type: 'query alert', name: 'Load', query: 'avg(last_5m):avg:system.load.1{*} > 4' };
const ALERT = {
  title: 'Queue is deep',
  signal: { metric: 'queue.depth', by: ['queue'] },
  condition: { over: '5m', above: 1000 },
  notify: ['@slack-recorders'],
};
const DASHBOARD = { title: 'Queues', layout_type: 'ordered', widgets: [] };
const DOCUMENT = {
  ...NAMED,
  alerts: [{ key: 'deep', ...ALERT, title: 'Queue is very deep' }],
  monitors: [{ key: 'load', ...MONITOR, query: 'avg(last_5m):avg:system.load.1{*} >' }],
};
const VALID = { ...DOCUMENT, monitors: [{ key: 'load', ...MONITOR, name: 'High load' }] };
const AT = 'application=recorded';

/** The recorded requests. Each finds what the earlier ones wrote. */
const REQUESTS: readonly [method: Exchange['request']['method'], path: string, body?: unknown][] = [
  ['POST', '/create_monitor', { ...NAMED, key: 'load', monitor: MONITOR }],
  ['POST', '/create_monitor', { ...NAMED, key: 'load', monitor: MONITOR }],
  ['POST', '/create_monitor', { ...NAMED, key: 'load', monitor: { ...MONITOR, name: 'Other' } }],
  ['PUT', `/update_monitor?${AT}&key=load`, { priority: 2 }],
  ['GET', `/get_monitors?${AT}&page_size=10`],
  ['POST', '/create_alert', { ...NAMED, key: 'deep', alert: ALERT }],
  ['PUT', '/update_alert', { ...NAMED, key: 'deep', alert: { title: 'Queue is quite deep' } }],
  ['GET', `/get_alerts?${AT}&explain=true`],
  ['POST', '/create_dashboard?dry_run=true', { ...NAMED, key: 'queues', dashboard: DASHBOARD }],
  ['POST', '/create_dashboard', { ...NAMED, key: 'queues', dashboard: DASHBOARD }],
  ['PUT', '/update_dashboard', { ...NAMED, key: 'queues', dashboard: { ...DASHBOARD, description: 'All' } }],
  ['GET', `/get_dashboards?${AT}&key=queues`],
  ['POST', '/lint', DOCUMENT],
  ['POST', '/expand', VALID],
  ['POST', '/plan', DOCUMENT],
  ['POST', '/plan?prune=true', VALID],
  ['POST', '/preview?span=1h', VALID],
  ['POST', '/explain', { application: APPLICATION, key: 'deep', at: '1h' }],
  ['POST', '/apply', VALID],
  ['POST', '/apply?basis=stale', VALID],
  ['POST', '/drift', VALID],
  ['POST', `/import?${AT}`],
  ['GET', `/history?${AT}&kind=alert&key=deep`],
  ['POST', '/restore', { application: APPLICATION, last_apply: true }],
  ['DELETE', `/delete_dashboard?${AT}&key=queues`],
  ['DELETE', `/delete_monitor?${AT}&key=load`],
  ['DELETE', `/delete_alert?${AT}&key=deep`],
  ['DELETE', `/delete_alert?${AT}&key=deep`],
  ['GET', '/packs'],
  ['GET', '/packs/redis'],
  ['GET', '/check'],
];

const recorded: Exchange[] = [];
const pod = await startRecordedPod();
const outbound = outboundTo(pod);
const recording: Outbound = {
  close: outbound.close,
  async send(request) {
    const { method, url, headers = {}, body, onLine } = request;
    const lines: string[] = [];
    const onEach = (line: string) => {
      lines.push(line);
      onLine?.(line);
    };
    const answer = await outbound.send(onLine ? { ...request, onLine: onEach } : request);
    const { 'content-type': type, 'retry-after': retryAfter } = answer.headers;
    const kept = { 'content-type': type, ...(retryAfter ? { 'retry-after': retryAfter } : {}) };
    recorded.push(
      ...recordedSchema.parse([
        {
          request: {
            method,
            path: url.pathname + url.search,
            headers,
            ...(body === undefined ? {} : { body: String(body) }),
          },
          answer: { status: answer.status, headers: kept, lines, body: String(answer.body) },
        },
      ]),
    );
    return answer;
  },
};
const client = createSidecarClient(new URL(pod.sidecarUrl), recording);
try {
  for (const [method, path, body] of REQUESTS) {
    const operation = operationOf({ request: { method, path, headers: {} } });
    const bytes = Buffer.from(JSON.stringify(body ?? null));
    const sent = { bytes, contentType: 'application/json', format: 'json', limits: DOCUMENT_LIMITS } as const;
    const context = { ...contextFor(operation), ...(path === '/apply' ? { onDone: () => {} } : {}) };
    const incoming = { operation, pathAndQuery: path, accept: 'json', context } as const;
    await client.forward(
      { ...incoming, ...(hasBody(operation) ? { sent } : {}) },
      ['leanix'],
      ['servicenow'],
    );
  }
} finally {
  outbound.close();
  await pod.stop();
}
const file = join(import.meta.dirname, `${CONTRACT_VERSION}.json`);
writeFileSync(file, `${JSON.stringify(recorded, undefined, 2)}\n`);
process.stdout.write(
  `${recorded.map(({ request, answer }) => `${answer.status} ${request.method} ${request.path}`).join('\n')}\n`,
);
