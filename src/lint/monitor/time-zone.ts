/** Cached lookups. Creating a format for a time zone takes longer than all rules for a monitor. */
const CACHED_ZONES = new Map<string, boolean>();
const MAX_CACHED = 1000;

/** Returns whether a name is in the tz database, which Datadog uses. */
export function isTimeZone(name: string): boolean {
  if (name.length > 64 || !/^[A-Za-z]/.test(name)) return false;
  const known = CACHED_ZONES.get(name);
  if (known !== undefined) return known;
  if (CACHED_ZONES.size >= MAX_CACHED) CACHED_ZONES.clear();
  const found = isInDatabase(name);
  CACHED_ZONES.set(name, found);
  return found;
}

function isInDatabase(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
