import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf, type QueryWindow, windowsOf } from '../query-windows.ts';

/** How people write units of time out. */
const UNITS: readonly (readonly [written: RegExp, unit: string])[] = [
  [/(\d)\s*(?:min|mins|minutes?)(?=$|_)/i, '$1m'],
  [/(\d)\s*(?:hr|hrs|hours?)(?=$|_)/i, '$1h'],
  [/(\d)\s*days?(?=$|_)/i, '$1d'],
  [/(\d)\s*weeks?(?=$|_)/i, '$1w'],
  [/(\d)\s*months?(?=$|_)/i, '$1mo'],
];

/** How far a query looks back. */
export const WINDOW_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_window',
    severity: 'error',
    summary: 'The query looks at a window that is none for its type of monitor.',
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
                ? `Datadog refuses the query: nothing is in ${text}.`
                : `Datadog refuses the query: "${text}" is no window that this type of monitor looks at.`,
            hint: meant === undefined ? `Write ${form.as}.` : `Did you mean ${meant}?`,
            ...(meant === undefined
              ? {}
              : { fix: { title: `Write ${meant}`, edits: [{ path: ['query'], span, text: meant }] } }),
          };
        }),
  },
  {
    code: 'window_out_of_range',
    severity: 'error',
    summary: 'The query looks further back, or ahead, than its type of monitor can.',
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
              message: `Datadog refuses the query: ${text} is too ${minutes > form.max ? 'long' : 'short'} for this type of monitor.`,
              hint: `Windows here are ${form.range} long, as in ${form.as}.`,
            },
          ];
        }),
  },
];

/** The window that was meant, where only its spelling is wrong. */
function meantBy({ text, form }: QueryWindow): string | undefined {
  const spelt = UNITS.reduce((word, [written, unit]) => word.replace(written, unit), text.trim());
  return [spelt, spelt.toLowerCase(), `last_${spelt}`, spelt.replace(/^last_/, '')].find(
    (word) => form.pattern.test(word) && minutesOf(word) !== 0,
  );
}
