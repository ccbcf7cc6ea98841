import { type Json, type JsonObject, toNumber } from '../../domain/json.ts';
import { canonicalDuration, durationText, secondsOf } from '../durations.ts';
import { type Field, optionOf } from './field.ts';
import { checkWhole } from './no-data.ts';
import { REPEATED, type Renotify } from './schemas.ts';

/** Datadog's names of the states in which notifications are repeated. */
const STATUSES: Readonly<Record<(typeof REPEATED)[number], string>> = {
  alert: 'alert',
  warning: 'warn',
  no_data: 'no data',
};

/** Repeats notifications until the alert recovers. */
export const RENOTIFY: Field = {
  name: 'renotify',
  options: {
    renotify_interval: '/renotify/every',
    renotify_occurrences: '/renotify/times',
    renotify_statuses: '/renotify/while',
    escalation_message: '/renotify/message',
  },
  compile({ renotify }) {
    if (renotify === undefined) return {};
    const { every, times, while: states, message } = renotify;
    const options: JsonObject = {
      ...(every === undefined ? {} : { renotify_interval: (secondsOf(every) ?? 0) / 60 }),
      ...(times === undefined ? {} : { renotify_occurrences: times }),
      ...(states === undefined ? {} : { renotify_statuses: ordered(states).map((state) => STATUSES[state]) }),
      ...(message === undefined ? {} : { escalation_message: message.trim() }),
    };
    return { options };
  },
  read(monitor) {
    const minutes = toNumber(optionOf(monitor, 'renotify_interval'));
    const times = optionOf(monitor, 'renotify_occurrences');
    const message = optionOf(monitor, 'escalation_message');
    return some({
      every: minutes === undefined ? undefined : durationText(minutes * 60),
      times: toNumber(times) === undefined ? undefined : times,
      while: statesIn(optionOf(monitor, 'renotify_statuses')),
      message: typeof message === 'string' ? message.trim() : undefined,
    });
  },
  canonical({ renotify }) {
    if (renotify === undefined) return {};
    const { every, times, while: states, message } = renotify;
    return some({
      every: every === undefined ? undefined : canonicalDuration(every),
      times,
      while: states && ordered(states),
      message: message?.trim(),
    });
  },
  check({ renotify }, report) {
    if (renotify?.every !== undefined)
      checkWhole(report, ['renotify', 'every'], renotify.every, { unit: 60, units: 'minutes' });
    const times = toNumber(renotify?.times);
    if (times !== undefined && !(Number.isSafeInteger(times) && times >= 1))
      report(['renotify', 'times'], '"times" must be a whole number of at least 1.');
  },
};

/** Returns the states without duplicates, in a fixed order. */
function ordered(states: readonly string[]): (typeof REPEATED)[number][] {
  return REPEATED.filter((state) => states.includes(state));
}

function statesIn(statuses: Json | undefined): Renotify['while'] {
  if (!Array.isArray(statuses)) return undefined;
  return REPEATED.filter((state) => statuses.includes(STATUSES[state]));
}

/** Returns the field with the parts that are defined, or nothing if none is. */
function some({ every, times, while: states, message }: Renotify): { renotify?: Renotify } {
  const renotify = {
    ...(every === undefined ? {} : { every }),
    ...(times === undefined ? {} : { times }),
    ...(states === undefined || states.length === 0 ? {} : { while: states }),
    ...(message === undefined || message === '' ? {} : { message }),
  };
  return Object.keys(renotify).length === 0 ? {} : { renotify };
}
