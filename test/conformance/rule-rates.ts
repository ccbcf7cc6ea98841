import type { Finding, Severity } from '../../src/domain/finding.ts';
import { withPlaceholders } from '../../src/domain/references.ts';
import { lintDashboard } from '../../src/lint/dashboard/lint-dashboard.ts';
import { lintMonitor } from '../../src/lint/monitor/lint-monitor.ts';
import { RULE_GROUPS } from '../../src/lint/rule-groups.ts';
import { realDefinitions } from '../corpus.ts';

/** How many real definitions have a finding of a rule. */
export interface RuleRate {
  readonly kind: 'monitor' | 'dashboard';
  readonly code: string;
  readonly severity: Severity;
  readonly highRateReason?: string;
  readonly definitions: number;
  /** From 0 to 1. */
  readonly share: number;
}

/** A rule with a larger share is an info, or has a reason for its severity. */
export const HIGH_RATE = 0.1;

const LINTS = { monitor: lintMonitor, dashboard: lintDashboard } as const;

/** The findings of one real definition. */
export interface Linted {
  readonly source: string;
  readonly kind: RuleRate['kind'];
  readonly findings: readonly Finding[];
}

/** Lints each real definition as in a document. */
export function lintCorpus(): Linted[] {
  return (['monitor', 'dashboard'] as const).flatMap((kind) =>
    realDefinitions(kind).map(({ source, object }) => {
      const findings = LINTS[kind](withPlaceholders(object), '', { inDocument: true });
      return { source, kind, findings };
    }),
  );
}

/** Returns the rate of each rule about monitors and dashboards, highest first. */
export function ruleRates(linted: readonly Linted[]): RuleRate[] {
  return (['monitor', 'dashboard'] as const)
    .flatMap((kind) => {
      const counts = new Map<string, number>();
      const all = linted.filter((one) => one.kind === kind);
      for (const { findings } of all) {
        for (const code of new Set(findings.map((finding) => finding.code)))
          counts.set(code, (counts.get(code) ?? 0) + 1);
      }
      return RULE_GROUPS.filter((group) => group.kind === kind).flatMap(({ rules }) =>
        rules.map(({ code, severity, highRateReason }): RuleRate => {
          const definitions = counts.get(code) ?? 0;
          const reason = highRateReason === undefined ? {} : { highRateReason };
          return { kind, code, severity, ...reason, definitions, share: definitions / all.length };
        }),
      );
    })
    .toSorted((a, b) => b.share - a.share);
}

/** Formats rates as a table, with the reason of each rule that has one. */
export function ratesTable(rates: readonly RuleRate[]): string {
  return rates
    .map(({ kind, code, severity, highRateReason, definitions, share }) =>
      [
        `${(share * 100).toFixed(1)}%`.padStart(6),
        String(definitions).padStart(4),
        kind.padEnd(9),
        severity.padEnd(7),
        code,
        ...(highRateReason === undefined ? [] : [`(${highRateReason})`]),
      ].join('  '),
    )
    .join('\n');
}
