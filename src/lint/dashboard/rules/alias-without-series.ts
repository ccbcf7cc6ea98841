import { isObject } from '../../../domain/json.ts';
import type { Hit } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { splitSeries } from '../split-series.ts';
import type { PlacedRequest } from '../widget-requests.ts';

export const aliasWithoutSeries: DashboardRule = {
  code: 'alias_without_series',
  severity: 'warning',
  summary: 'An alias is for an expression that its request does not have.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
          metadata: [{ expression: ⟦"avg:system.load.5{*}"⟧, alias_name: load }]
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
          metadata: [{ expression: "avg:system.load.1{*}", alias_name: load }]
`,
  check: ({ requests }) => requests.values().flatMap(unfitIn),
};

function unfitIn({ path, request: { q, metadata } }: PlacedRequest): Hit[] {
  if (typeof q !== 'string' || !Array.isArray(metadata)) return [];
  const known = new Set([q, ...splitSeries(q).map(({ text }) => text)].map(bare));
  return metadata.flatMap((alias, at) => {
    if (!isObject(alias) || typeof alias['expression'] !== 'string' || alias['expression'] === '') return [];
    if (known.has(bare(alias['expression']))) return [];
    return [
      {
        path: [...path, 'metadata', at, 'expression'],
        message: 'The alias is never shown: the query has no such expression.',
        hint: 'Write the expression as it stands in q.',
      },
    ];
  });
}

function bare(text: string): string {
  return text.replace(/\s+/g, '');
}
