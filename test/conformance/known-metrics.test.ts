import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { Finding } from '../../src/domain/finding.ts';
import { KNOWN_WIDGET_METRIC_RULES } from '../../src/lint/dashboard/rules/known-widget-metric.ts';
import { viewDashboard } from '../../src/lint/dashboard/dashboard-view.ts';
import { addMonitorRules } from '../../src/lint/monitor/monitor-rules.ts';
import { viewMonitor } from '../../src/lint/monitor/monitor-view.ts';
import { KNOWN_METRIC_RULES } from '../../src/lint/monitor/rules/known-metric.ts';
import { Findings } from '../../src/domain/findings.ts';
import { addFindings } from '../../src/lint/rule.ts';
import { realDefinitions, withoutCorpus } from '../corpus.ts';

const REPORT = join(import.meta.dirname, '../../docs/reports/known-metrics.md');

/** Returns the metrics and counts of a section of the report. */
function reported(heading: string): { metrics: string[]; counts: Map<string, number> } {
  const text = readFileSync(REPORT, 'utf8').split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return {
    metrics: [...text.matchAll(/^\| `([\w.]+)` \| `/gm)].map(([, metric = '']) => metric),
    counts: new Map(
      [...text.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code = '', n]) => [code, Number(n)]),
    ),
  };
}

it('the report lists the findings about known metrics in real definitions', { skip: withoutCorpus }, () => {
  const codes = new Set(KNOWN_METRIC_RULES.map(({ code }) => code));
  const metrics = new Set<string>();
  const counts = new Map([...codes].map((code) => [code, 0]));
  const count = (findings: readonly Finding[]): void => {
    const found = findings.filter(({ code }) => codes.has(code));
    for (const code of new Set(found.map((finding) => finding.code)))
      counts.set(code, (counts.get(code) ?? 0) + 1);
    for (const { code, message } of found)
      if (code === 'unknown_metric') metrics.add(/"([^"]+)"/.exec(message)?.[1] ?? '');
  };
  for (const { object } of realDefinitions('monitor')) {
    const findings = new Findings();
    addMonitorRules(findings, viewMonitor(object), '');
    count(findings.list());
  }
  for (const { object } of realDefinitions('dashboard')) {
    const findings = new Findings();
    addFindings(findings, KNOWN_WIDGET_METRIC_RULES, viewDashboard(object), '');
    count(findings.list());
  }
  assert.deepEqual([...metrics].toSorted(), reported('Near-misses that are reported').metrics.toSorted());
  const { unknown_metric: _, ...rest } = Object.fromEntries(counts);
  assert.deepEqual(rest, Object.fromEntries(reported('The other rules').counts));
});
