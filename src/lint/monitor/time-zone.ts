/** Zones that were asked for; making a format of one takes longer than all rules about a monitor. */
const ASKED = new Map<string, boolean>();
const MOST_KEPT = 1000;

/** Whether a name is one of the tz database, as Datadog takes them. */
export function isTimeZone(name: string): boolean {
  if (name.length > 64 || !/^[A-Za-z]/.test(name)) return false;
  const known = ASKED.get(name);
  if (known !== undefined) return known;
  if (ASKED.size >= MOST_KEPT) ASKED.clear();
  const found = isInDatabase(name);
  ASKED.set(name, found);
  return found;
}

function isInDatabase(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
