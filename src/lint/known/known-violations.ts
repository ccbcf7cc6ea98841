import type { Series, Span } from '../../language/query/syntax.ts';
import type { Path, Violation } from '../rule.ts';
import { isTypoOfWord } from './typo.ts';
import { checkMeantBy, knownCheckGroups, knownMetric, metricMeantBy } from './known-metrics.ts';

/** Methods that convert between counts and rates: Datadog docs, metrics/type_modifiers. */
const MODIFIERS: ReadonlySet<string> = new Set(['as_count', 'as_rate']);

/** Last words of counters. Some integrations list counters of Prometheus as gauges. */
const COUNTER = /[._](?:total|count|sum|bucket)$/;

/** Integrations that send distributions, for which as_count() has an effect. The table lists them as gauges. */
const DISTRIBUTIONS: ReadonlySet<string> = new Set(['langchain', 'openai']);

/** Tags of every host, service or cloud, which integrations do not list. */
const COMMON_TAGS: ReadonlySet<string> = new Set(
  'env host name region role service site team version'.split(' '),
);

/** A tag key, but not a template variable. */
const TAG_KEY = /^[A-Za-z_]/;

/** Returns the finding about a metric that is a typo of a known one. `at` is the start of the expression in the string. */
export function unknownMetric(path: Path, at: number, { metric: { text, span } }: Series): Violation[] {
  if (knownMetric(text) !== undefined) return [];
  const meant = metricMeantBy(text);
  if (meant === undefined) return [];
  return [
    {
      path,
      span: { from: at + span.from, to: at + span.to },
      message: `The query may have no data: "${text}" is not a metric that Datadog's integration lists.`,
      hint: `Did you mean ${meant}?`,
    },
  ];
}

/** Returns a finding for each method of a gauge that has no effect. `at` is the start of the expression in the string. */
export function modifiersOfGauge(
  path: Path,
  at: number,
  { metric, aggregator, methods }: Series,
): Violation[] {
  const modifiers = methods.filter(({ name }) => MODIFIERS.has(name.text));
  if (modifiers.length === 0 || aggregator?.text === 'count' || !isGauge(metric.text)) return [];
  return modifiers.map(({ name }) => ({
    path,
    span: { from: at + name.span.from, to: at + name.span.to },
    message: `${name.text}() has no effect: ${metric.text} is a gauge.`,
    hint: `Remove .${name.text}().`,
  }));
}

function isGauge(metric: string): boolean {
  if (COUNTER.test(metric) || DISTRIBUTIONS.has(metric.split('.')[0] ?? '')) return false;
  return knownMetric(metric)?.type === 'gauge';
}

/** Returns the finding about a service check whose name is a typo of a known one. */
export function unknownCheck(path: Path, span: Span, name: string): Violation[] {
  if (knownCheckGroups(name) !== undefined) return [];
  const meant = checkMeantBy(name);
  if (meant === undefined) return [];
  return [
    {
      path,
      span,
      message: `The status may never change: "${name}" is not a service check that Datadog's integration lists.`,
      hint: `Did you mean ${meant}?`,
    },
  ];
}

/**
 * Returns the finding about a tag key that is a typo of one that the service check reports. Other keys are not reported,
 * because the configuration of a check can add any tag.
 */
export function unknownCheckTag(path: Path, span: Span, check: string, key: string): Violation[] {
  const groups = knownCheckGroups(check) ?? [];
  if (groups.includes(key) || COMMON_TAGS.has(key) || !TAG_KEY.test(key)) return [];
  const meant = groups.find((group) => isTypoOfWord(key, group));
  if (meant === undefined) return [];
  return [
    { path, span, message: `${check} does not report the tag ${key}.`, hint: `Did you mean ${meant}?` },
  ];
}
