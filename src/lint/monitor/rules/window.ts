import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf, type QueryWindow, windowsOf } from '../query-windows.ts';

/** Long spellings of time units. */
const UNIT_SPELLINGS: readonly (readonly [spelling: RegExp, unit: string])[] = [
  [/(\d)\s*(?:min|mins|minutes?)(?=$|_)/i, '$1m'],
  [/(\d)\s*(?:hr|hrs|hours?)(?=$|_)/i, '$1h'],
  [/(\d)\s*days?(?=$|_)/i, '$1d'],
  [/(\d)\s*weeks?(?=$|_)/i, '$1w'],
  [/(\d)\s*months?(?=$|_)/i, '$1mo'],
];

/** Rules about the evaluation window. */
export const WINDOW_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_window',
    severity: 'error',
    summary: 'The evaluation window is not valid for this type of monitor.',
    bad: `type: query alert
query: avg(⟦last_5min⟧):avg:system.load.1{*} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 1
`,
    check: (view) =>
      windowsOf(view)
        .values()
        .filter(({ text, rules }) => !rules.pattern.test(text) || minutesOf(text) === 0)
        .map((window) => {
          const { text, span, rules } = window;
          const meant = correctWindow(window);
          return {
            path: ['query'],
            span,
            message:
              minutesOf(text) === 0
                ? `Datadog rejects the query: the window ${text} is empty.`
                : `Datadog rejects the query: "${text}" is not a valid window for this type of monitor.`,
            hint: meant === undefined ? `Use, for example, ${rules.examples}.` : `Did you mean ${meant}?`,
            ...(meant === undefined
              ? {}
              : { fix: { title: `Change to ${meant}`, edits: [{ path: ['query'], span, text: meant }] } }),
          };
        }),
  },
  {
    code: 'window_out_of_range',
    severity: 'error',
    summary: 'The evaluation window is too short or too long for this type of monitor.',
    bad: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("⟦30d⟧") > 10
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("1d") > 10
`,
    check: (view) =>
      windowsOf(view)
        .values()
        .flatMap(({ text, span, rules }) => {
          const minutes = minutesOf(text);
          if (minutes === undefined || minutes === 0 || !rules.pattern.test(text)) return [];
          if (minutes >= rules.min && minutes <= rules.max) return [];
          return [
            {
              path: ['query'],
              span,
              message: `Datadog rejects the query: the window ${text} is too ${minutes > rules.max ? 'long' : 'short'} for this type of monitor.`,
              hint: `The window must be ${rules.range}, for example ${rules.examples}.`,
            },
          ];
        }),
  },
];

/** Returns the window that was meant if only its spelling is wrong. */
function correctWindow({ text, rules }: QueryWindow): string | undefined {
  const normalized = UNIT_SPELLINGS.reduce(
    (word, [spelling, unit]) => word.replace(spelling, unit),
    text.trim(),
  );
  return [normalized, normalized.toLowerCase(), `last_${normalized}`, normalized.replace(/^last_/, '')].find(
    (word) => rules.pattern.test(word) && minutesOf(word) !== 0,
  );
}
