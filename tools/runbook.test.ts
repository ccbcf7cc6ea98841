import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PROBLEMS } from '../src/domain/problem.ts';
import { datadogProbes } from '../src/health/datadog-probes.ts';
import { receiversProbe } from '../src/health/heartbeat.ts';
import { INCIDENT_SCOPES } from '../src/health/incident-identity.ts';
import { ledgerProbe } from '../src/health/ledger-probe.ts';
import { previewProbe } from '../src/health/preview-probe.ts';
import type { Probe } from '../src/health/probe.ts';
import { recipientsProbe } from '../src/health/recipients-probe.ts';
import { scopesProbe } from '../src/health/scopes-probe.ts';
import { secretProbes } from '../src/health/secret-probes.ts';
import { startProbes } from '../src/health/start-probes.ts';
import { mainProbes } from '../src/main/probes.ts';
import { createLog } from '../src/runtime/log.ts';
import { createMetrics } from '../src/runtime/metrics.ts';
import { metricFamilies } from '../test/acceptance/metric-families.ts';
import { probedParts } from '../test/probed-parts.ts';

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const { parts, clock, state } = probedParts();
/** Which `startProbes` adds with a receivers file. */
const forReceivers = receiversProbe({ receivers: [] }, undefined);
const main = [...mainProbes(parts), forReceivers];
const { ownCertificate: _, ...sidecarSecrets } = parts.secrets;
const sidecar = [
  ...secretProbes({ ...parts, secrets: sidecarSecrets }),
  ...datadogProbes(parts),
  scopesProbe(parts),
  previewProbe(parts),
  ledgerProbe(parts),
  ...recipientsProbe(parts.recipients),
  forReceivers,
];

/** Returns the rows of the table below a heading in page order. Asserts that every cell has content. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = file('docs/runbook.md').split(`\n## ${heading}\n`);
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const cells = line.slice(2, -2).split(' | ');
    assert.equal(cells.length, 4, line);
    assert.ok(
      cells.every((cell) => cell.trim().length > 2),
      line,
    );
    return cells.map((cell) => cell.replaceAll('`', ''));
  });
}
const codesBelow = (heading: string) => rowsBelow(heading).map(([code]) => code);

describe('docs/runbook.md', () => {
  it('has a row for every alert and monitor of birddog-on-birddog.yaml, and no other', () => {
    const document = file('deploy/birddog-on-birddog.yaml').split('\ndashboards:')[0] ?? '';
    const keys = [...document.matchAll(/^ {2}- key: (\S+)$/gm)].map(([, key = '']) => key);
    assert.ok(keys.length > 10);
    assert.deepEqual(codesBelow('Alerts'), keys);
  });

  it('has a row for every part of the check, with its containers and its incident, and no other', () => {
    const isPart = ({ probe }: Probe) => probe !== undefined;
    const inSidecar = new Set(sidecar.filter(isPart).map(({ name }) => name));
    assert.deepEqual(
      rowsBelow('Parts').map(([name, where, , incident]) => [name, where, incident]),
      main
        .filter(isPart)
        .map(({ name, incident }) => [name, inSidecar.has(name) ? 'both' : 'main', incident?.code ?? 'none']),
    );
  });

  it('has a row for every incident, and no other', () => {
    const codes = new Set([...main, ...sidecar].flatMap(({ incident }) => (incident ? [incident.code] : [])));
    assert.deepEqual(codesBelow('Incidents').toSorted(), [...codes].toSorted());
  });

  it('lists each incident under its scope', () => {
    const [, section = ''] = file('docs/runbook.md').split(
      '\n### Which processes have an incident in common\n',
    );
    for (const scope of INCIDENT_SCOPES) {
      const [, listed = ''] = new RegExp(`^- \`${scope}\`,[^:]*: ([^-]*?)$\n(?! )`, 'm').exec(section) ?? [];
      const codes = [...main, ...sidecar].flatMap(({ incident }) =>
        incident && (incident.scope ?? 'process') === scope ? [incident.code] : [],
      );
      const words = [...listed.matchAll(/`(\w+)`/g)].map(([, code = '']) => code);
      assert.deepEqual(words.toSorted(), [...new Set(codes)].toSorted(), scope);
    }
  });

  it('has a row for every problem, and no other', () =>
    assert.deepEqual(codesBelow('Problems'), Object.keys(PROBLEMS)));
});

/** Returns the metrics of a process with these probes. */
async function metricsOf(process: string, probes: readonly Probe[]) {
  const metrics = createMetrics(process, 'test');
  startProbes(
    {
      process,
      config: { BIRDDOG_INCIDENT_AFTER_MS: parts.afterMs, BIRDDOG_CHECK_TTL_MS: 0, BIRDDOG_RECEIVERS: '' },
      probes,
      receivers: { receivers: [] },
      request: parts.datadog.request,
      outbound: { send: () => Promise.reject(new Error('no network')), close: () => {} },
      metrics,
      incidents: parts.ledger.incidents,
      installation: undefined,
    },
    { clock, log: createLog('test', () => {}) },
  ).close();
  return metricFamilies(await metrics.text());
}

describe('docs/metrics.md', () => {
  it('has a row for every metric of both processes, with type, process and help, and no other', async () => {
    const [ofMain, ofSidecar] = [await metricsOf('serve', main), await metricsOf('sidecar', sidecar)];
    const rows = [...file('docs/metrics.md').matchAll(/^\| `(\w+)` \| (\w+) \|.*?\| (\w+) \| (.+) \|$/gm)];
    assert.deepEqual(
      rows.map(([, ...cells]) => cells),
      [...new Map([...ofMain, ...ofSidecar]).values()]
        .map(({ name, type, help }) => [name, type, ofSidecar.has(name) ? 'both' : 'serve', help])
        .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
  });

  it('names the metrics that only processes with authentication have', () => {
    state.fileFaults.set('access', false);
    state.issuers = new Map();
    const named = new Set(main.flatMap(({ metrics = [] }) => metrics.map(({ name }) => name)));
    const extra = mainProbes(parts).flatMap(({ metrics = [] }) =>
      metrics.filter(({ name }) => !named.has(name)),
    );
    const [, sentence = ''] = /When callers are authenticated, (.*?)\./s.exec(file('docs/metrics.md')) ?? [];
    assert.deepEqual(
      [...sentence.matchAll(/`(birddog_\w+)`/g)].map(([, name]) => name).toSorted(),
      extra.map(({ name }) => name).toSorted(),
    );
  });
});
