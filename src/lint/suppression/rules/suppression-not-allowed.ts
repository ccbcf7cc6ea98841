import type { SuppressionRule } from '../suppression-view.ts';
import { isNoRule } from '../told-otherwise.ts';

export const suppressionNotAllowed: SuppressionRule = {
  code: 'suppression_not_allowed',
  severity: 'warning',
  summary: 'A code is to be ignored that cannot be.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
lint:
  ignore:
    - code: ⟦wrong_value⟧
      because: It has always been so.
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
`,
  check: ({ entries }) =>
    entries
      .values()
      .filter(({ code }) => isNoRule(code))
      .map(({ path, code }) => ({
        path: [...path, 'code'],
        message: `This ignores nothing: ${code} is told whatever stands here.`,
        hint: `Mend what ${code} names, and take the entry out.`,
      })),
};
