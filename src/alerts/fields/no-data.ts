import { type JsonObject, toNumber } from '../../domain/json.ts';
import { canonicalDuration, durationText, secondsOf } from '../durations.ts';
import { type Field, missingDataOf, optionOf, type Report } from './field.ts';
import type { NoData } from './schemas.ts';

/** The values of `on_missing_data`. */
const ON_MISSING_DATA: readonly (readonly [NoData['then'], string])[] = [
  ['notify', 'show_and_notify_no_data'],
  ['show', 'show_no_data'],
  ['resolve', 'resolve'],
  ['keep', 'default'],
];

/** What happens when data is missing. */
export const NO_DATA: Field = {
  name: 'no_data',
  options: {
    notify_no_data: '/no_data/then',
    no_data_timeframe: '/no_data/after',
    on_missing_data: '/no_data/then',
  },
  compile({ no_data: written }, type) {
    if (written === undefined) return {};
    const { after, then } = written;
    const kind = missingDataOf(type);
    if (kind === 'none') return {};
    if (kind === 'search' || (kind === 'metric' && after === undefined)) {
      const [, value = 'default'] = ON_MISSING_DATA.find(([word]) => word === then) ?? [];
      return { options: { on_missing_data: value } };
    }
    const minutes = after === undefined || after === 'auto' ? undefined : (secondsOf(after) ?? 0) / 60;
    return {
      options: { notify_no_data: true, ...(minutes === undefined ? {} : { no_data_timeframe: minutes }) },
    };
  },
  read(monitor, { condition }) {
    if (Object.hasOwn(condition, 'missing_for')) return {};
    const kind = missingDataOf(typeof monitor['type'] === 'string' ? monitor['type'] : '');
    const value = optionOf(monitor, 'on_missing_data');
    const [then] = ON_MISSING_DATA.find(([, one]) => one === value) ?? [];
    if (then !== undefined) return { no_data: noData(then) };
    if (optionOf(monitor, 'notify_no_data') !== true) return {};
    const minutes = toNumber(optionOf(monitor, 'no_data_timeframe'));
    if (minutes === undefined) return { no_data: noData('notify', kind === 'metric' ? 'auto' : undefined) };
    return { no_data: noData('notify', durationText(minutes * 60)) };
  },
  canonical({ no_data: written }, type) {
    if (written === undefined) return {};
    const { after, then } = written;
    if (after === undefined || (after === 'auto' && missingDataOf(type) === 'notify'))
      return { no_data: noData(then) };
    return { no_data: noData(then, canonicalDuration(after)) };
  },
  check({ no_data: written, condition }, report, { type }) {
    if (written === undefined) return;
    if (Object.hasOwn(condition, 'missing_for')) {
      report(
        ['no_data'],
        'The condition "missing_for" already notifies of missing data.',
        'Remove "no_data", or use another condition.',
      );
      return;
    }
    checkNoData(written, report, type);
  },
};

function checkNoData({ after, then }: NoData, report: Report, type: string): void {
  const kind = missingDataOf(type);
  if (kind === 'none') {
    report(['no_data'], 'Monitors of SLOs have no state for missing data.', 'Remove "no_data".');
    return;
  }
  if (kind === 'notify' && then !== 'notify') {
    report(
      ['no_data', 'then'],
      `Datadog cannot "${then}" missing data in monitors of type ${type}.`,
      'Use "notify", or remove "no_data".',
    );
    return;
  }
  if (after === undefined) return;
  if (kind === 'search') {
    report(
      ['no_data', 'after'],
      'Alerts on events have no time for missing data: it is the evaluation window.',
      'Remove "after".',
    );
  } else if (then !== 'notify') {
    report(
      ['no_data', 'after'],
      `"after" is the time until a notification, but "then" is "${then}".`,
      'Remove "after", or use then: notify.',
    );
  } else if (after !== 'auto')
    checkWhole(report, ['no_data', 'after'], after, { unit: 60, units: 'minutes' });
}

/** Reports a duration that Datadog cannot store, because it is not a whole number of units or outside a range. */
export function checkWhole(
  report: Report,
  path: readonly string[],
  text: string,
  {
    unit,
    units,
    min = 1,
    max = Number.MAX_SAFE_INTEGER,
  }: { readonly unit: number; readonly units: string; readonly min?: number; readonly max?: number },
): void {
  const count = (secondsOf(text) ?? Number.NaN) / unit;
  if (Number.isSafeInteger(count) && count >= min && count <= max) return;
  const range =
    max < Number.MAX_SAFE_INTEGER ? `${min} to ${max} whole ${units}` : `at least ${min} whole ${units}`;
  report(path, `"${text}" does not fit the unit of Datadog: it must be ${range}.`);
}

/** Returns the field. A part that is undefined is left out. */
function noData(then: NoData['then'], after?: string): NoData {
  return { ...(after === undefined ? {} : { after }), then };
}

/** Returns whether an alert notifies of missing data. */
export function notifiesNoData(alert: {
  readonly no_data?: NoData | undefined;
  readonly condition: JsonObject;
}): boolean {
  return alert.no_data?.then === 'notify' || Object.hasOwn(alert.condition, 'missing_for');
}
