import { toNumber } from '../../domain/json.ts';
import { canonicalDuration, durationText, secondsOf } from '../durations.ts';
import { type Field, optionOf } from './field.ts';
import { checkWhole } from './no-data.ts';

interface Delay {
  readonly name: 'delay' | 'new_groups' | 'resolve_after';
  readonly option: string;
  /** The unit of the option, in seconds, and its name. */
  readonly unit: number;
  readonly units: string;
  readonly min: number;
  readonly max: number;
  /** Whether Datadog treats 0 as if the option was absent. */
  readonly isOffAtZero: boolean;
}

const DELAY: Delay = {
  name: 'delay',
  option: 'evaluation_delay',
  unit: 1,
  units: 'seconds',
  min: 0,
  max: 86_400,
  isOffAtZero: true,
};
const NEW_GROUPS: Delay = {
  name: 'new_groups',
  option: 'new_group_delay',
  unit: 1,
  units: 'seconds',
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  // 0 replaces the delay of new hosts.
  isOffAtZero: false,
};
const RESOLVE_AFTER: Delay = {
  name: 'resolve_after',
  option: 'timeout_h',
  unit: 3600,
  units: 'hours',
  min: 1,
  max: 24,
  isOffAtZero: true,
};

/** The durations of an alert that compile to one option each. */
export const DELAYS: readonly Field[] = [DELAY, NEW_GROUPS, RESOLVE_AFTER].map(field);

function field({ name, option, unit, units, min, max, isOffAtZero }: Delay): Field {
  return {
    name,
    options: { [option]: `/${name}` },
    compile(alert) {
      const count = countOf(alert[name]);
      return count === undefined ? {} : { options: { [option]: count } };
    },
    read(monitor) {
      const count = toNumber(optionOf(monitor, option));
      const isOff = count === 0 && isOffAtZero;
      if (count === undefined || isOff || !Number.isSafeInteger(count)) return {};
      // What Datadog stores beyond its own limits has no notation.
      return count < min || count > max ? {} : { [name]: durationText(count * unit) };
    },
    canonical(alert) {
      const text = alert[name];
      return text === undefined || countOf(text) === undefined ? {} : { [name]: canonicalDuration(text) };
    },
    check(alert, report) {
      const text = alert[name];
      if (text !== undefined) checkWhole(report, [name], text, { unit, units, min, max });
    },
  };

  function countOf(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const count = (secondsOf(text) ?? 0) / unit;
    return count === 0 && isOffAtZero ? undefined : count;
  }
}
