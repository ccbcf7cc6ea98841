import { WallClock } from '../evaluate/wall-clock.ts';

/** Out of hours is from 22:00 to 07:00, and the weekend. */
const [FIRST_HOUR, LAST_HOUR] = [7, 22];
/** Every offset from UTC is a multiple of this, so that an hour of any time zone starts at one. Seconds. */
const QUARTER_S = 900;

/** Returns whether UNIX times in seconds are out of hours in a time zone. Remembers what it has computed. */
export class OutOfHours {
  readonly #clock: WallClock;
  readonly #known = new Map<number, boolean>();

  constructor(timeZone: string) {
    this.#clock = new WallClock(timeZone);
  }

  includes(timeS: number): boolean {
    const quarter = Math.floor(timeS / QUARTER_S);
    let result = this.#known.get(quarter);
    if (result === undefined) {
      const { year, month, day, hour } = this.#clock.localTimeOf(quarter * QUARTER_S);
      const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
      result = weekday === 0 || weekday === 6 || hour < FIRST_HOUR || hour >= LAST_HOUR;
      this.#known.set(quarter, result);
    }
    return result;
  }
}
