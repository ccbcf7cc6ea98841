import type { Argument, Series, Span } from '../../../language/query/syntax.ts';
import { parseMetricQuery } from '../../../language/query/parse-query.ts';
import { partsIn } from '../../../language/query/walk-query.ts';
import { knownMetric } from '../../known/known-metrics.ts';
import {
  modifiersOfGauge,
  unknownCheck,
  unknownCheckTag,
  unknownMetric,
} from '../../known/known-violations.ts';
import { contradicts, isTime, unitNamed } from '../../known/units.ts';
import type { Path, Violation } from '../../rule.ts';
import type { MonitorTemplate } from '../monitor-templates.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { thresholdOf } from '../option-values.ts';

/** Evaluations that keep the unit of the metric: `avg(last_5m)`, but not `pct_change(...)`. */
const PLAIN_EVALUATIONS: ReadonlySet<string> = new Set(['avg', 'min', 'max', 'sum']);
/** Methods that keep the unit of a series. */
const PLAIN_METHODS: ReadonlySet<string> = new Set(['rollup', 'fill', 'weighted']);
/** Variables of messages that are replaced by a number in the unit of the metric. */
const VALUES: ReadonlySet<string> = new Set(['value', 'threshold', 'alert_threshold', 'warn_threshold']);
const UNIT_AFTER = /^ ?(%|[A-Za-zµ]{2,12})(?![\w/])/;
const NUMBER_WITH_UNIT = /(?<![\w.])(\d{1,15}(?:\.\d{1,6})?) ?(%|[A-Za-z]{2,9})(?![\w/])/g;

/** A unit that a template names after a value or a threshold. */
interface NamedUnit {
  readonly path: Path;
  readonly span: Span;
  /** Datadog's name of the unit. */
  readonly unit: string;
}

/** Rules about the metrics and service checks of Datadog's integrations. */
export const KNOWN_METRIC_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_metric',
    severity: 'warning',
    summary: "The query names a metric that is almost one of Datadog's integrations.",
    bad: `type: query alert
query: avg(last_5m):avg:⟦docker.mem.caceh⟧{*} by {host} > 1e9
`,
    good: `type: query alert
query: avg(last_5m):avg:docker.mem.cache{*} by {host} > 1e9
`,
    *check({ series, variables }) {
      for (const one of series) yield* unknownMetric(['query'], 0, one);
      for (const { path, variable } of variables)
        for (const one of seriesOf(variable)) yield* unknownMetric([...path, 'query'], 0, one);
    },
  },
  {
    code: 'as_count_on_gauge',
    severity: 'warning',
    summary: 'The query converts a gauge to a count or a rate.',
    bad: `type: query alert
query: sum(last_5m):sum:kubernetes.containers.running{*}.⟦as_count⟧() > 100
`,
    good: `type: query alert
query: avg(last_5m):sum:kubernetes.containers.running{*} > 100
`,
    check: ({ series }) => series.values().flatMap((one) => modifiersOfGauge(['query'], 0, one)),
  },
  {
    code: 'unit_contradiction',
    severity: 'warning',
    summary: 'The message names another unit than that of the metric.',
    bad: `type: query alert
query: avg(last_5m):avg:docker.mem.cache{*} by {host} > 1000000000
message: The cache has ⟦{{value}} MB⟧ on {{host.name}}.
`,
    good: `type: query alert
query: avg(last_5m):avg:docker.mem.cache{*} by {host} > 1000000000
message: The cache has {{value}} bytes on {{host.name}}.
`,
    *check(view) {
      const metric = metricOfThreshold(view);
      const unit = metric === undefined ? '' : (knownMetric(metric)?.unit ?? '');
      if (metric === undefined || unit === '') return;
      const critical = thresholdOf(view.thresholds, 'critical') ?? Number.NaN;
      for (const { path, span, unit: named } of namedUnits(view)) {
        if (!contradicts(named, unit, critical)) continue;
        const message = `The message says ${named}, but the unit of ${metric} is ${unit}.`;
        yield {
          path,
          span,
          message,
          hint: 'Write the unit of the metric, or convert the value with {{eval}}.',
        };
      }
    },
  },
  {
    code: 'unknown_check',
    severity: 'warning',
    summary: "The query names a service check that is almost one of Datadog's integrations.",
    bad: `type: service check
query: '"⟦postgres.can_conect⟧".over("*").by("host").last(4).count_by_status()'
`,
    good: `type: service check
query: '"postgres.can_connect".over("*").by("host").last(4).count_by_status()'
`,
    check: ({ parsed: { query } }) =>
      query.kind === 'check' ? unknownCheck(['query'], inside(query.check.span), query.check.raw) : [],
  },
  {
    code: 'unknown_check_tag',
    severity: 'warning',
    summary: 'The query filters or groups a service check by a tag that it does not report.',
    bad: `type: service check
query: '"postgres.can_connect".over("*").by("host","⟦ports⟧").last(4).count_by_status()'
`,
    good: `type: service check
query: '"postgres.can_connect".over("*").by("host","port").last(4).count_by_status()'
`,
    *check({ parsed: { query } }) {
      if (query.kind !== 'check') return;
      for (const { name, args } of query.methods) {
        if (!['over', 'exclude', 'by'].includes(name.text)) continue;
        for (const argument of args) yield* unknownTagIn(argument, query.check.raw);
      }
    },
  },
];

function seriesOf(variable: MonitorView['variables'][number]['variable']): Series[] {
  const { data_source: source, query } = variable;
  if (source !== 'metrics' || typeof query !== 'string') return [];
  return partsIn(parseMetricQuery(query).expression).filter((part) => part.kind === 'series');
}

/** Returns the span of a string literal without its quotes. */
function inside({ from, to }: Span): Span {
  return { from: from + 1, to: to - 1 };
}

function unknownTagIn(argument: Argument, check: string): Violation[] {
  if (argument.kind !== 'string') return [];
  const key = argument.raw.split(':')[0] ?? '';
  const from = argument.span.from + 1;
  return unknownCheckTag(['query'], { from, to: from + key.length }, check, key);
}

/** Returns the metric whose values are compared with the threshold, unless a function or a calculation changes its unit. */
function metricOfThreshold({ parsed: { query } }: MonitorView): string | undefined {
  if (query.kind !== 'metric' || query.expression.kind !== 'series') return undefined;
  const { metric, aggregator, methods } = query.expression;
  const plain =
    PLAIN_EVALUATIONS.has(query.evaluation.name.text) &&
    aggregator?.text !== 'count' &&
    methods.every(({ name }) => PLAIN_METHODS.has(name.text));
  return plain ? metric.text : undefined;
}

function* namedUnits({ templates, templateParts, thresholds }: MonitorView): Iterable<NamedUnit> {
  const texts = new Map(templates.map(({ path, text }) => [path.join('.'), text]));
  for (const { path, part } of templateParts) {
    if (part.kind !== 'variable' || !VALUES.has(part.name)) continue;
    const after = texts.get(path.join('.'))?.slice(part.span.to, part.span.to + 20) ?? '';
    const [all = '', spelling = ''] = UNIT_AFTER.exec(after) ?? [];
    const unit = unitNamed(spelling);
    if (unit !== undefined)
      yield { path, span: { from: part.span.from, to: part.span.to + all.length }, unit };
  }
  const limits = ['critical', 'warning'].map((name) => thresholdOf(thresholds, name));
  for (const template of templates) yield* unitsOfLimits(template, limits);
}

/** Finds the thresholds in a text with their unit. Times are left out: they may be the window, "in the last 5 minutes". */
function* unitsOfLimits({ path, text }: MonitorTemplate, limits: readonly (number | undefined)[]) {
  for (const { 0: all, 1: number, 2: spelling = '', index } of text.matchAll(NUMBER_WITH_UNIT)) {
    const unit = unitNamed(spelling);
    if (unit === undefined || isTime(unit) || !limits.includes(Number(number))) continue;
    yield { path, span: { from: index, to: index + all.length }, unit };
  }
}
