import type { SuppressionRule } from '../suppression-view.ts';

export const suppressionMalformed: SuppressionRule = {
  code: 'suppression_malformed',
  severity: 'error',
  summary: 'What is to be ignored cannot be told.',
  bad: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore: ⟦as_count_without_sum⟧
`,
  good: `type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: as_count_without_sum
      because: The average of one window is its sum here.
`,
  check: ({ misshapes }) =>
    misshapes.values().map(({ path, message }) => ({
      path,
      message: `Birddog cannot tell what to ignore: ${message}`,
      hint: 'Write a list: lint: {ignore: [{code: CODE, because: REASON}]}.',
    })),
};
