import { optional, wholeNumber } from './settings.ts';

/** How much an apply may delete. */
export const deleteSettings = {
  BIRDDOG_MAX_DELETE_PERCENT: optional(
    wholeNumber(0, 100),
    20,
    "The share (percent) of an application's objects that one apply deletes at most; three may always go, and with `force=true` any number.",
  ),
};
