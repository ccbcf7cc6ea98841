/** A queue that serves the groups of its items in rotation, and each group in order. */
export class FairQueue<T> {
  /** The items of each group, in the order in which the groups are served next. */
  private readonly groups = new Map<string, Set<T>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Adds an item. Returns the function that removes it if it is still waiting. */
  add(group: string, item: T): () => void {
    const items = this.groups.get(group) ?? new Set<T>();
    items.add(item);
    this.groups.set(group, items);
    this.count += 1;
    return () => this.remove(group, item);
  }

  /** Removes and returns the next item, and moves its group to the end. */
  next(): T | undefined {
    for (const [group, items] of this.groups) {
      this.groups.delete(group);
      for (const item of items) {
        items.delete(item);
        this.count -= 1;
        if (items.size > 0) this.groups.set(group, items);
        return item;
      }
    }
    return undefined;
  }

  /** Removes and returns the items that match. */
  removeWhere(matches: (item: T) => boolean): T[] {
    const removed = [...this.groups].flatMap(([group, items]) =>
      [...items].filter(matches).map((item) => ({ group, item })),
    );
    for (const { group, item } of removed) this.remove(group, item);
    return removed.map(({ item }) => item);
  }

  private remove(group: string, item: T): void {
    const items = this.groups.get(group);
    if (!items?.delete(item)) return;
    this.count -= 1;
    if (items.size === 0) this.groups.delete(group);
  }
}
