import { printPreview } from '../src/cli/print/print-preview.ts';
import { drawPreview } from '../src/dashboards/draw-preview.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { runAtOnce } from '../src/domain/steps.ts';
import { ASSUMPTIONS } from '../src/evaluate/choices.ts';
import { evaluate } from '../src/evaluate/evaluate.ts';
import { readMonitor } from '../src/evaluate/read-monitor.ts';
import type { Points } from '../src/evaluate/samples.ts';
import { windowsOf } from '../src/evaluate/window-values.ts';
import { type Definition, type ReportedAlert, reporting } from '../src/preview/alert-report.ts';
import type { MissingSeries, Preview } from '../src/preview/report.ts';
import { seededRandom } from '../test/seeded-random.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
const FROM = Date.UTC(2026, 10, 22, 23) / 1000;
const SPAN = { from: FROM, to: FROM + 7 * DAY };
const LEAD_IN = 6 * HOUR;
const TIME_ZONE = 'Europe/Berlin';

/** The value of a group at a time in seconds after the start; NaN if it is missing. `random` gives numbers from 0 to 1. */
type Values = (time: number, random: () => number) => number;

interface Example {
  readonly key: string;
  readonly title: string;
  readonly monitor: JsonObject;
  /** The monitor in Datadog, if it differs. */
  readonly before?: JsonObject;
  readonly groups: readonly (readonly [group: string, values: Values])[];
  readonly incomplete?: readonly MissingSeries[];
}

/** Rises from 0 at midnight to 1 at noon, and falls again. */
function day(time: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * time) / DAY);
}

function isWithin(time: number, everyS: number, fromS: number, lengthS: number): boolean {
  const at = ((time % everyS) + everyS) % everyS;
  return at >= fromS && at < fromS + lengthS;
}

const QUEUE = 'avg(last_5m):avg:rabbitmq.queue.messages{queue:orders} > ';
const EXAMPLES: readonly Example[] = [
  {
    key: 'queue-backlog',
    title: 'The order queue is deep',
    before: { query: `${QUEUE}1200`, options: { thresholds: { critical: 1200 } } },
    monitor: {
      query: `${QUEUE}1000`,
      message: '@slack-orders',
      options: { thresholds: { critical: 1000, warning: 800, critical_recovery: 600 } },
    },
    groups: [
      [
        '*',
        (time, random) => {
          const isBatch = isWithin(time, 2 * DAY, 23 * HOUR, 80 * MINUTE);
          const isBurst = isWithin(time, 14 * HOUR, 9 * HOUR, 12 * MINUTE);
          return (
            200 + 300 * day(time) + 60 * random() + (isBatch ? 850 + 350 * random() : 0) + (isBurst ? 420 : 0)
          );
        },
      ],
    ],
  },
  {
    key: 'cpu-high',
    title: 'CPU is high',
    monitor: {
      query: 'avg(last_5m):avg:system.cpu.user{env:prod} by {host} > 80',
      message: '@pagerduty-web {{#is_recovery}}@slack-web{{/is_recovery}}',
      options: { thresholds: { critical: 80 } },
    },
    // A job on 30 of 50 hosts, one after the other, each day at 13:00.
    groups: Array.from({ length: 50 }, (_, host) => [
      `host:web-${String(host + 1).padStart(2, '0')}`,
      (time, random) => {
        const isJob = host < 30 && isWithin(time, DAY, 13 * HOUR + host * 2 * MINUTE, 14 * MINUTE);
        return 25 + 25 * day(time) + 8 * random() + (isJob ? 30 + (host % 5) * 2 : 0);
      },
    ]),
  },
  {
    key: 'no-payments',
    title: 'Nobody pays',
    monitor: {
      query: 'sum(last_10m):sum:shop.payments{env:prod}.as_count() < 20',
      message: '@pagerduty-shop',
      options: { thresholds: { critical: 20 }, on_missing_data: 'show_and_notify_no_data' },
    },
    groups: [
      [
        '*',
        (time, random) => {
          const isMissing =
            isWithin(time, 30 * DAY, 32 * HOUR, 7 * HOUR) || isWithin(time, 30 * DAY, 107 * HOUR, HOUR);
          const isOutage = isWithin(time, 30 * DAY, 62 * HOUR, 2 * HOUR);
          if (isMissing || time < DAY) return Number.NaN;
          return isOutage ? Math.round(random()) : Math.round(4 + 8 * day(time) * (0.6 + 0.4 * random()));
        },
      ],
    ],
    incomplete: [
      {
        from: new Date(FROM * 1000).toISOString(),
        to: new Date((FROM + DAY) * 1000).toISOString(),
        reason: 'The rate limit of Datadog left no requests for previews.',
      },
    ],
  },
];

/** The picture of each example, with the name of its file in docs. */
export const PREVIEW_PICTURES: readonly { readonly name: string; readonly text: () => string }[] =
  EXAMPLES.map((example) => ({ name: `preview-${example.key}.svg`, text: () => pictureOf(example) }));

function pictureOf(example: Example): string {
  const { drawing } = reportOf(example);
  if (!drawing) throw new TypeError('An example has no picture.');
  return drawPreview(drawing, { ...example, definition: 'after', timeZone: TIME_ZONE });
}

/** Returns the preview of all examples. */
function examplePreview(): Preview {
  return {
    from: new Date(SPAN.from * 1000).toISOString(),
    to: new Date(SPAN.to * 1000).toISOString(),
    time_zone: TIME_ZONE,
    alerts: EXAMPLES.map((example) => reportOf(example).report),
    assumptions: ASSUMPTIONS,
    budget: { requests: 8, cached: 13, missing: 1 },
  };
}

function reportOf(example: Example): ReportedAlert {
  const { key, title, before, monitor, groups, incomplete = [] } = example;
  const series = new Map(
    groups.map(([group, values], at) => [group, pointsOf(values, seededRandom(at + 1))] as const),
  );
  const old = before && { ...monitor, ...before };
  const evaluated = old && definitionOf(old, series);
  const subject = {
    key,
    kind: 'alert',
    after: { ...monitor, name: title },
    ...(old ? { id: '1' } : {}),
  } as const;
  const facts = { subject, after: definitionOf(monitor, series), findings: [] };
  if (evaluated?.kind !== 'evaluated')
    return runAtOnce(reporting(facts, { span: SPAN, timeZone: TIME_ZONE, incomplete }));
  // In Datadog, one of the transitions came five minutes later.
  const real = evaluated.evaluation.transitions.map((one, at) =>
    at === 3 ? { ...one, at: one.at + 300 } : one,
  );
  return runAtOnce(
    reporting({ ...facts, before: evaluated, real }, { span: SPAN, timeZone: TIME_ZONE, incomplete }),
  );
}

function pointsOf(values: Values, random: () => number): Points {
  const times = Float64Array.from(
    { length: (LEAD_IN + 7 * DAY) / MINUTE },
    (_, at) => FROM - LEAD_IN + at * MINUTE,
  );
  return { times, values: times.map((time) => values(time - FROM, random)) };
}

function definitionOf(monitor: JsonObject, series: ReadonlyMap<string, Points>): Definition {
  const read = readMonitor({ type: 'query alert', ...monitor });
  if (read.kind !== 'condition') throw new TypeError('An example cannot be evaluated.');
  const windows = windowsOf(read, [series], { ...SPAN, leadInS: LEAD_IN });
  return { kind: 'evaluated', read, windows, evaluation: evaluate(read, windows) };
}

/** Returns the page with the printed examples and the assumptions regenerated. Throws Error if it has no place for them. */
export function withPreviewExamples(page: string): string {
  const printed = printPreview(examplePreview(), (_style, text) => text);
  const assumptions = ASSUMPTIONS.map(
    ({ code, text }) => `| \`${code}\` | ${text.replaceAll('|', '\\|')} |\n`,
  );
  return between(
    between(page, 'report', `\`\`\`text\n${printed}\`\`\`\n`),
    'assumptions',
    `| code | assumption |\n|---|---|\n${assumptions.join('')}`,
  );
}

/** Replaces what is between two comments of a page. */
function between(page: string, name: string, text: string): string {
  const begin = `<!-- ${name}: \`npm run docs\` -->\n`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest = ''] = page.split(begin);
  const [, after] = rest.split(end);
  if (before === undefined || after === undefined) throw new Error(`The page has no place for ${name}.`);
  return `${before}${begin}\n${text}\n${end}${after}`;
}
