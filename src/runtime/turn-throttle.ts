/** Waits until this turn of the event loop, or a later one, has room for a piece of work. */
export type TurnThrottle = () => Promise<void>;

/**
 * Lets `most` pieces of work go on in each turn of the event loop, in the order in which they asked. Many that come to
 * life in one turn would otherwise hold up whoever has nothing to do with them until the last is done.
 */
export function createTurnThrottle(max: number): TurnThrottle {
  const waiting: (() => void)[] = [];
  let left = max;
  let due = false;
  function nextTurn(): void {
    due = false;
    const begun = waiting.splice(0, max);
    left = max - begun.length;
    for (const begin of begun) begin();
    if (begun.length > 0) ask();
  }
  function ask(): void {
    if (!due) setImmediate(nextTurn);
    due = true;
  }
  return async () => {
    ask();
    if (left > 0) left -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
}
