const [HOUR_S, DAY_S] = [3600, 86_400];

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date and a time of day in a time zone. */
interface LocalTime {
  readonly year: number;
  /** 1 to 12; others move the year. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Converts times of a time zone. Creating one takes longer than using it. */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Returns the local date and time of a UNIX time in seconds. */
  localTimeOf(timeS: number): LocalTime {
    const parts = new Map(
      this.#format.formatToParts(timeS * 1000).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    return {
      year: part('year'),
      month: part('month'),
      day: part('day'),
      hour: part('hour'),
      minute: part('minute'),
    };
  }

  /**
   * Returns the UNIX time in seconds of a local time. A time that a change of the clock skips becomes the moment of the
   * change; of a time that occurs twice, the first counts.
   */
  timeOf(local: LocalTime): number {
    const asUtc = utcOf(local);
    const before = this.#offsetAt(asUtc - DAY_S);
    const after = this.#offsetAt(asUtc + DAY_S);
    if (this.#offsetAt(asUtc - before) === before) return asUtc - before;
    if (this.#offsetAt(asUtc - after) === after) return asUtc - after;
    return this.#changeBetween(asUtc - DAY_S, asUtc + DAY_S, before);
  }

  /** Returns a local date, such as "Mon 24 Nov", and the time of day, such as "08:05". */
  textsOf(timeS: number): { readonly date: string; readonly time: string } {
    const local = this.localTimeOf(timeS);
    const weekday = WEEKDAYS[new Date(utcOf(local) * 1000).getUTCDay()];
    const time = [local.hour, local.minute].map((part) => String(part).padStart(2, '0')).join(':');
    return { date: `${weekday} ${local.day} ${MONTHS[local.month - 1]}`, time };
  }

  /** Returns local time minus UTC in seconds. */
  #offsetAt(timeS: number): number {
    const wholeS = Math.floor(timeS / 60) * 60;
    return utcOf(this.localTimeOf(wholeS)) - wholeS;
  }

  /** Returns the first minute with another offset than `offset`, in seconds. */
  #changeBetween(fromS: number, toS: number, offset: number): number {
    let [same, other] = [Math.floor(fromS / 60), Math.ceil(toS / 60)];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.#offsetAt(middle * 60) === offset) same = middle;
      else other = middle;
    }
    return other * 60;
  }
}

function utcOf({ year, month, day, hour, minute }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute) / 1000;
}

/** When cumulative windows start again, in the terms of their options. */
export interface ResetRule {
  readonly period: 'hour' | 'day' | 'month';
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly timeZone: string;
}

/** Returns the resets from the last one before `fromS` up to `toS`, in ascending order. Times are UNIX seconds. */
export function resetsBetween(rule: ResetRule, fromS: number, toS: number): number[] {
  const resets: number[] = [];
  if (rule.period === 'hour') {
    const minuteS = rule.minute * 60;
    const first = Math.ceil((fromS - minuteS) / HOUR_S - 1) * HOUR_S + minuteS;
    for (let reset = first; reset <= toS; reset += HOUR_S) resets.push(reset);
    return resets;
  }
  const clock = new WallClock(rule.timeZone);
  const { year, month, day } = clock.localTimeOf(fromS);
  const { hour, minute } = rule;
  for (let at = -2; ; at += 1) {
    const reset =
      rule.period === 'day'
        ? clock.timeOf({ year, month, day: day + at, hour, minute })
        : clock.timeOf({ year, month: month + at, day: dayIn(year, month + at, rule.day), hour, minute });
    if (reset > toS) break;
    resets.push(reset);
  }
  const last = resets.findLastIndex((reset) => reset < fromS);
  return resets.slice(Math.max(0, last));
}

/** Returns a day of a month, or its last day if the month is shorter. */
function dayIn(year: number, month: number, day: number): number {
  return Math.min(day, new Date(Date.UTC(year, month, 0)).getUTCDate());
}
