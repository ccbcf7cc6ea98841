import type { SuppressionRule } from '../suppression-view.ts';

export const suppressionWithoutReason: SuppressionRule = {
  code: 'suppression_without_reason',
  severity: 'warning',
  summary: 'Something is ignored, and nobody says why.',
  bad: `type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - ⟦code: as_count_without_sum⟧
`,
  good: `type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: as_count_without_sum
      because: The average of one window is its sum here.
`,
  check: ({ entries, found }) =>
    entries
      .values()
      .filter(({ code, because, repeated }) => because === '' && !repeated && found.has(code))
      .map(({ path, code }) => ({
        path,
        message: `Whoever reads this later will not know why ${code} does not matter here.`,
        hint: 'Add because: with the reason.',
      })),
};
