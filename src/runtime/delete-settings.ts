import { optional, wholeNumber } from './settings.ts';

/** Limits what one apply may delete. */
export const deleteSettings = {
  BIRDDOG_MAX_DELETE_PERCENT: optional(
    wholeNumber(0, 100),
    20,
    "Maximum share (percent) of an application's objects that one apply may delete. Three objects may always be deleted; `force=true` lifts the limit.",
  ),
};
