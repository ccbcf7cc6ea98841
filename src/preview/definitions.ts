import type { JsonObject } from '../domain/json.ts';
import { referencesIn } from '../domain/references.ts';
import type { Steps } from '../domain/steps.ts';
import type { Composite, Condition, Refusal } from '../evaluate/condition.ts';
import { readMonitor } from '../evaluate/read-monitor.ts';
import type { Subject } from './report.ts';

/** A monitor and how it is evaluated. */
export interface Reading {
  readonly monitor: JsonObject;
  readonly read: Condition | Composite | Refusal;
  /** Undefined if it does not exist in Datadog. */
  readonly id: string | undefined;
}

export interface ReadingOptions {
  /** Runs long work in parts, so that other requests are served in between. */
  readonly run: <Result>(steps: Steps<Result>) => Promise<Result>;
  /** Reads monitors by their ids. Leaves out those that do not exist. */
  readonly readMonitors: (ids: readonly string[]) => Promise<ReadonlyMap<string, JsonObject>>;
}

/** The monitors of subjects before and after, and the members of their composites. */
export class Definitions {
  /** Members that are not among the subjects. */
  readonly outside: readonly Reading[];
  readonly #readings = new Map<JsonObject, Reading>();
  readonly #membersOf = new Map<JsonObject, ReadonlyMap<string, JsonObject>>();
  readonly #members = new Set<JsonObject>();

  private constructor(
    subjects: readonly Subject[],
    readings: readonly Reading[],
    outside: readonly Reading[],
  ) {
    for (const reading of [...readings, ...outside]) this.#readings.set(reading.monitor, reading);
    this.outside = outside;
    this.#join(subjects);
  }

  /** Reads the definitions of subjects, and the monitors that their composites name by an id. */
  static async read(
    subjects: readonly Subject[],
    { run, readMonitors }: ReadingOptions,
  ): Promise<Definitions> {
    const readings = await run(readingSubjects(subjects));
    const others = await readMonitors(otherMembers(readings));
    const outside = [...others].map(([id, monitor]) => ({ id, monitor, read: readMonitor(monitor) }));
    return new Definitions(subjects, readings, outside);
  }

  /** Returns the definitions of a subject: one if it does not change. */
  of({ before, after }: Subject): Reading[] {
    return [...new Set([before, after])].flatMap((monitor) => (monitor && this.readingOf(monitor)) ?? []);
  }

  readingOf(monitor: JsonObject): Reading | undefined {
    return this.#readings.get(monitor);
  }

  /** Returns whether a monitor is a member of a composite. */
  isMember(monitor: JsonObject): boolean {
    return this.#members.has(monitor);
  }

  /** Returns the member of a composite with a name as written; undefined if it does not exist. */
  memberOf(composite: JsonObject, name: string): JsonObject | undefined {
    return this.#membersOf.get(composite)?.get(name);
  }

  #join(subjects: readonly Subject[]): void {
    const outside = new Map(this.outside.map(({ id, monitor }) => [id, monitor]));
    const byId = new Map(subjects.map((subject) => [subject.id, subject]));
    const byKey = new Map(subjects.map((subject) => [subject.key, subject]));
    for (const subject of subjects)
      for (const side of ['before', 'after'] as const) {
        const monitor = subject[side];
        const reading = monitor && this.readingOf(monitor);
        if (!monitor || !reading) continue;
        const members = membersIn(reading).flatMap((name) => {
          const [reference] = referencesIn(name, '');
          const known = reference?.to ? byKey.get(reference.to.key) : byId.get(name);
          const member = known ? known[side] : outside.get(name);
          return member ? [[name, member] as const] : [];
        });
        this.#membersOf.set(monitor, new Map(members));
        for (const [, member] of members) this.#members.add(member);
      }
  }
}

/** Reads the monitors of subjects, and yields after each subject. */
function* readingSubjects(subjects: readonly Subject[]): Steps<Reading[]> {
  const readings: Reading[] = [];
  for (const { before, after, id } of subjects) {
    for (const monitor of new Set([before, after]))
      if (monitor) readings.push({ monitor, id, read: readMonitor(monitor) });
    yield;
  }
  return readings;
}

/** Returns the ids of members that are not among the subjects. */
function otherMembers(readings: readonly Reading[]): string[] {
  const own = new Set(readings.map(({ id }) => id));
  const named = new Set(readings.flatMap(membersIn));
  return [...named].filter((name) => /^\d+$/.test(name) && !own.has(name));
}

function membersIn({ read }: Pick<Reading, 'read'>): readonly string[] {
  return read.kind === 'composite' ? read.members : [];
}
