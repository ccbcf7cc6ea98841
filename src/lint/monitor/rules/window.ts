import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf, type QueryWindow, windowsOf } from '../query-windows.ts';

/** Long spellings of time units. */
const UNITS: readonly (readonly [written: RegExp, unit: string])[] = [
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
        .filter(({ text, form }) => !form.pattern.test(text) || minutesOf(text) === 0)
        .map((window) => {
          const { text, span, form } = window;
          const meant = meantBy(window);
          return {
            path: ['query'],
            span,
            message:
              minutesOf(text) === 0
                ? `Datadog rejects the query: the window ${text} is empty.`
                : `Datadog rejects the query: "${text}" is not a valid window for this type of monitor.`,
            hint: meant === undefined ? `Use, for example, ${form.as}.` : `Did you mean ${meant}?`,
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
        .flatMap(({ text, span, form }) => {
          const minutes = minutesOf(text);
          if (minutes === undefined || minutes === 0 || !form.pattern.test(text)) return [];
          if (minutes >= form.min && minutes <= form.max) return [];
          return [
            {
              path: ['query'],
              span,
              message: `Datadog rejects the query: the window ${text} is too ${minutes > form.max ? 'long' : 'short'} for this type of monitor.`,
              hint: `The window must be ${form.range}, for example ${form.as}.`,
            },
          ];
        }),
  },
];

/** Returns the window that was meant if only its spelling is wrong. */
function meantBy({ text, form }: QueryWindow): string | undefined {
  const spelt = UNITS.reduce((word, [written, unit]) => word.replace(written, unit), text.trim());
  return [spelt, spelt.toLowerCase(), `last_${spelt}`, spelt.replace(/^last_/, '')].find(
    (word) => form.pattern.test(word) && minutesOf(word) !== 0,
  );
}
