import { type Attempt, nameOf, type Target } from './operation.ts';
import type { LoggedWrite } from './write-log.ts';

/** Everything that is known about a run once it has ended. */
export interface RunRecord {
  readonly attempts: readonly Attempt[];
  /** The writes that Datadog carried out, in their order. */
  readonly writes: readonly LoggedWrite[];
  /** Ids of the clones that people made, which Birddog never touches. */
  readonly clones: ReadonlySet<string>;
}

/** What the checker found, one sentence each. */
export interface Verdict {
  /** Acknowledged writes that Datadog never carried out, or that an operation which had ended overwrote. */
  readonly lost: readonly string[];
  /** Objects of one key that exist beside each other at the end. */
  readonly doubled: readonly string[];
  /** Writes that no operation explains. */
  readonly unasked: readonly string[];
  /** Number of doubles that existed for a time and were removed before the end. */
  readonly removedDoubles: number;
}

/** Tolerance (ms) between the clocks of the clients and of Datadog's emulator, which round. */
const TOLERANCE_MS = 3;

interface ByName {
  readonly attempts: { attempt: Attempt; target: Target; acknowledged: Target | undefined }[];
  readonly writes: LoggedWrite[];
}

/**
 * Judges a run. An acknowledged answer must have been true at some moment between its request and its arrival; afterwards only
 * an operation that was still open may change the object. Each write belongs to an operation that names its object and content.
 */
export function checkRun(record: RunRecord): Verdict {
  const lost: string[] = [];
  const doubled: string[] = [];
  const unasked: string[] = [];
  let removedDoubles = 0;
  for (const [name, { attempts, writes }] of groupByName(record)) {
    const history = replay(writes);
    const end = history.at(-1)?.alive ?? new Map();
    if (end.size > 1 && !isUnfinishedReplace([...end.values()], attempts))
      doubled.push(`${name} exists ${end.size} times: ${[...end.keys()].join(', ')}`);
    for (const step of history) {
      if (record.clones.has(step.write.id)) unasked.push(`${name}: ${describe(step.write)} of a clone`);
      else if (removesDouble(step))
        removedDoubles += attempts.some(({ attempt }) => attempt.operation.force) ? 0 : 1;
      else judgeWrite(name, step.write, attempts, { lost, unasked });
    }
    for (const { attempt, acknowledged } of attempts)
      if (acknowledged && !wasTrue(acknowledged, attempt, history, unfinishedVersions(attempts)))
        lost.push(`${name}: ${acknowledged.version ?? 'the delete'} was acknowledged and never carried out`);
  }
  return { lost, doubled, unasked, removedDoubles };
}

function groupByName({ attempts, writes }: RunRecord): Map<string, ByName> {
  const groups = new Map<string, ByName>();
  const group = (name: string): ByName => {
    const found = groups.get(name) ?? { attempts: [], writes: [] };
    groups.set(name, found);
    return found;
  };
  for (const write of writes) group(write.name).writes.push(write);
  const written = Map.groupBy(groups.keys(), (name) => applicationIn(name));
  for (const attempt of attempts) {
    const { application, targets, prune } = attempt.operation;
    const named = new Map(targets.map((target) => [nameOf(application, target), target]));
    for (const [name, target] of named) {
      const acknowledged = attempt.acknowledged.find((one) => nameOf(application, one) === name);
      group(name).attempts.push({ attempt, target, acknowledged });
    }
    if (!prune) continue;
    for (const name of written.get(application) ?? []) {
      if (named.has(name)) continue;
      const target: Target = { kind: 'monitor', key: '', version: undefined };
      const acknowledged = attempt.isComplete ? target : undefined;
      group(name).attempts.push({ attempt, target, acknowledged });
    }
  }
  return groups;
}

function applicationIn(name: string): string {
  return name.slice(name.indexOf(':') + 1, name.indexOf('/'));
}

/** The state after one write: the version of each object that exists, by id. */
interface Step {
  readonly write: LoggedWrite;
  readonly before: ReadonlyMap<string, string>;
  readonly alive: ReadonlyMap<string, string>;
}

function replay(writes: readonly LoggedWrite[]): Step[] {
  let before: ReadonlyMap<string, string> = new Map();
  return writes.map((write) => {
    const alive = new Map(before);
    if (write.method === 'DELETE') alive.delete(write.id);
    else alive.set(write.id, write.version);
    const step = { write, before, alive };
    before = alive;
    return step;
  });
}

/** Returns whether a delete leaves another object of the same key: the end of a replace, or of a double of ours. */
function removesDouble({ write, alive }: Step): boolean {
  return write.method === 'DELETE' && alive.size > 0;
}

/** Returns whether two objects are the old and the new one of a replace that no answer has called complete. */
function isUnfinishedReplace(versions: readonly string[], attempts: ByName['attempts']): boolean {
  const replaces = attempts.filter(
    ({ attempt, target }) => attempt.operation.force && target.version === versions.at(-1),
  );
  return versions.length === 2 && replaces.length > 0 && !replaces.some(({ attempt }) => attempt.isComplete);
}

function judgeWrite(
  name: string,
  write: LoggedWrite,
  attempts: ByName['attempts'],
  { lost, unasked }: { lost: string[]; unasked: string[] },
): void {
  const version = write.method === 'DELETE' ? undefined : write.version;
  const asking = attempts.filter(
    ({ attempt, target }) => target.version === version && attempt.start <= write.at + TOLERANCE_MS,
  );
  if (asking.length === 0) {
    unasked.push(`${name}: nobody asked for ${describe(write)}`);
    return;
  }
  const later = attempts.filter(
    ({ attempt, acknowledged }) =>
      acknowledged && acknowledged.version !== version && attempt.end < write.at - TOLERANCE_MS,
  );
  const isOpen = asking.some(({ attempt }) => !later.some((other) => other.attempt.start >= attempt.end));
  if (!isOpen) lost.push(`${name}: ${describe(write)} overwrote what was acknowledged after it`);
}

/** Returns the contents of replaces that no answer called complete. A plan lists such an object as a clone, and prune keeps it. */
function unfinishedVersions(attempts: ByName['attempts']): ReadonlySet<string | undefined> {
  const forced = attempts.filter(({ attempt }) => attempt.operation.force);
  const complete = new Set(
    attempts.flatMap(({ attempt, target }) => (attempt.isComplete ? [target.version] : [])),
  );
  return new Set(forced.map(({ target }) => target.version).filter((version) => !complete.has(version)));
}

function wasTrue(
  { version }: Target,
  { start, end }: Attempt,
  history: readonly Step[],
  unfinished: ReadonlySet<string | undefined>,
): boolean {
  const isIt = (alive: ReadonlyMap<string, string>) =>
    version === undefined
      ? [...alive.values()].every((one) => unfinished.has(one))
      : [...alive.values()].includes(version);
  const first = history.findIndex(({ write }) => write.at >= start - TOLERANCE_MS);
  const before = first === -1 ? history.at(-1)?.alive : history[first]?.before;
  if (isIt(before ?? new Map())) return true;
  if (first === -1) return false;
  return history.slice(first).some(({ write, alive }) => write.at <= end + TOLERANCE_MS && isIt(alive));
}

function describe({ method, id, version }: LoggedWrite): string {
  return `${method} ${id}${method === 'DELETE' ? '' : ` "${version}"`}`;
}
