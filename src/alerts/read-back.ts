import { changesOf } from '../diff/changes.ts';
import { isObject, type Json, type JsonObject, numberFromText, toNumber, textOf } from '../domain/json.ts';
import { type Alert, SEVERITIES } from './alert.ts';
import { compileAlert } from './compile.ts';
import { readMessage } from './notification.ts';

const QUERY =
  /^(avg|sum|min|max)\(last_(\d+[mhdw]|1mo)\):(avg|sum|min|max|count):([A-Za-z][\w.]*)\{([^{}]+)\}(?: by \{([^{}]+)\})? ([<>]) (\S+)$/;
/** Tags that Birddog adds to an alert's monitor. */
const ADDED_TAG = /^(?:team|service):/;

/**
 * Returns the alert that compiles to exactly this monitor, or undefined if the monitor cannot be expressed as an alert. The
 * monitor must have no markers.
 */
export function readAlert(monitor: JsonObject): Alert | undefined {
  const match = QUERY.exec(typeof monitor['query'] === 'string' ? monitor['query'] : '');
  if (!match || typeof monitor['name'] !== 'string') return undefined;
  const [
    ,
    statistic = '',
    over = '',
    aggregate = '',
    metric = '',
    filter = '',
    by,
    comparator,
    critical = '',
  ] = match;
  const limit = numberOf(critical);
  if (limit === undefined) return undefined;
  const thresholds = isObject(monitor['options']) ? monitor['options']['thresholds'] : undefined;
  const { warning, critical_recovery: recover } = isObject(thresholds) ? thresholds : {};
  const warned = toNumber(warning) === undefined ? {} : { warn: whole(warning) };
  const { words, notify } = readMessage(
    typeof monitor['message'] === 'string' ? monitor['message'] : '',
    warned,
  );
  const alert: Alert = {
    title: monitor['name'],
    ...severityOf(monitor['priority']),
    signal: {
      metric,
      ...unless('aggregate', aggregate, 'avg'),
      ...unless('filter', filter, '*'),
      ...(by === undefined ? {} : { by: by.split(',') }),
    },
    condition: {
      over,
      ...unless('statistic', statistic, 'avg'),
      ...(comparator === '>' ? { above: limit } : { below: limit }),
      ...warned,
      ...(toNumber(recover) === undefined ? {} : { recover: whole(recover) }),
    },
    ...(words === '' ? {} : { message: words }),
    ...(notify.length === 0 ? {} : { notify }),
  };
  return isEquivalent(monitor, alert) ? alert : undefined;
}

/** Returns whether the alert compiles to this monitor, in every managed field. */
function isEquivalent(monitor: JsonObject, alert: Alert): boolean {
  const tags = Array.isArray(monitor['tags'])
    ? monitor['tags'].filter((t) => !ADDED_TAG.test(textOf(t)))
    : [];
  return changesOf('monitor', { ...monitor, tags }, compileAlert(alert)).length === 0;
}

function numberOf(text: string): Json | undefined {
  try {
    return numberFromText(text);
  } catch {
    return undefined;
  }
}

/** Datadog writes a threshold of 2 as 2.0. */
function whole(value: Json | undefined): Json {
  const number = toNumber(value);
  return number !== undefined && Number.isSafeInteger(number) ? number : (value ?? null);
}

function severityOf(priority: Json | undefined): Pick<Alert, 'severity'> {
  const severity = SEVERITIES[(toNumber(priority) ?? 0) - 1];
  return severity === undefined ? {} : { severity };
}

function unless<N extends string>(name: N, value: string, fallback: string): { [name in N]?: string } {
  const members: { [name in N]?: string } = {};
  if (value !== fallback) members[name] = value;
  return members;
}
