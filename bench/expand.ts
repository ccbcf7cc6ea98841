import type { JsonObject } from '../src/domain/json.ts';
import { expandDocument } from '../src/expand/expand.ts';
import { DOCUMENT_LIMITS } from '../src/format/decoded.ts';
import { installedPacks } from '../src/packs/installed-packs.ts';
import { lintBody } from '../src/pipeline/lint.ts';
import type { Measurements } from './aims.ts';
import { printHead, type Scale } from './scale.ts';

const [DOCUMENTS, ALERTS, ROUNDS] = [500, 5, 3];

/**
 * Prints how long 500 documents in 3 variants with two uses of a pack take to be expanded and linted, relative to the lint of the
 * expanded documents; adds the best of three rounds to `measured`. Fails if a document has a finding.
 */
export async function benchExpand(scale: Scale, measured: Measurements): Promise<void> {
  console.log('');
  const count = scale.isShort ? DOCUMENTS / 50 : DOCUMENTS;
  printHead(scale, [
    `${count} documents in 3 variants`,
    'objects',
    'expand ms',
    'lint ms',
    'both relative to lint',
  ]);
  const packs = await installedPacks();
  const options = { packs, limits: DOCUMENT_LIMITS };
  const documents = Array.from({ length: count }, (_, at) => written(at));
  for (let round = 1; round <= ROUNDS; round += 1) {
    const [expanded, expandMs] = timed(() =>
      documents.map((document) => {
        const { document: result, findings = [] } = expandDocument(document, options) ?? {};
        if (!result || findings.length > 0) throw new Error(JSON.stringify(findings[0]));
        return result;
      }),
    );
    const [findings, lintMs] = timed(() => expanded.flatMap((document) => lintBody(document, {})));
    if (findings.length > 0) throw new Error(JSON.stringify(findings[0]));
    const ratio = (expandMs + lintMs) / lintMs;
    measured.expand = Math.min(measured.expand ?? ratio, ratio);
    const objects = expanded.reduce(
      (sum, { alerts }) => sum + (Array.isArray(alerts) ? alerts.length : 0),
      0,
    );
    console.log(
      `| round ${round} | ${objects} | ${expandMs.toFixed(0)} | ${lintMs.toFixed(0)} | ${ratio.toFixed(2)} |`,
    );
  }
}

function timed<T>(work: () => T): readonly [result: T, ms: number] {
  const { user, system } = process.cpuUsage();
  const result = work();
  const used = process.cpuUsage({ user, system });
  return [result, (used.user + used.system) / 1000];
}

function written(at: number): JsonObject {
  return {
    application: `app-${at}`,
    team: 't',
    parameters: { env: 'prod', depth: 1000 },
    notify: ['@slack-x'],
    variants: { prod: { suffix: '' }, staging: { env: 'staging' }, dev: { env: 'dev', depth: 9 } },
    use: [
      { pack: 'rabbitmq', version: 1, with: { queue: 'orders' } },
      { pack: 'rabbitmq', version: 1, each: { queue: ['invoices'] }, with: { queue: '${queue}' } },
    ],
    alerts: Array.from({ length: ALERTS }, (_, alert) => ({
      key: `queue-${alert}`,
      title: `Queue ${alert} is deep in \${env}`,
      signal: { metric: 'rabbitmq.queue.messages', filter: 'env:${env}' },
      condition: { over: '5m', above: '${depth}' },
    })),
  };
}
