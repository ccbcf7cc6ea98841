import type { JsonObject } from '../domain/json.ts';
import { referencesIn } from '../domain/references.ts';
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

/** The monitors of subjects before and after, and the members of their composites. */
export class Definitions {
  /** Members that are not among the subjects. */
  readonly outside: readonly Reading[];
  readonly #readings = new Map<JsonObject, Reading>();
  readonly #membersOf = new Map<JsonObject, ReadonlyMap<string, JsonObject>>();
  readonly #members = new Set<JsonObject>();

  private constructor(readings: readonly Reading[], outside: readonly Reading[]) {
    for (const reading of [...readings, ...outside]) this.#readings.set(reading.monitor, reading);
    this.outside = outside;
  }

  /** Reads the definitions of subjects, and the monitors that their composites name by an id. */
  static async read(
    subjects: readonly Subject[],
    readById: (id: string) => Promise<JsonObject | undefined>,
  ): Promise<Definitions> {
    const readings = subjects.flatMap((subject) => readingsOf(subject));
    const byId = new Map(
      subjects.flatMap((subject) => (subject.id === undefined ? [] : [[subject.id, subject]])),
    );
    const named = new Set(
      readings.flatMap(membersIn).filter((name) => /^\d+$/.test(name) && !byId.has(name)),
    );
    const found = await Promise.all(
      [...named].map(async (id): Promise<Reading[]> => {
        const monitor = await readById(id);
        return monitor ? [{ monitor, id, read: readMonitor(monitor) }] : [];
      }),
    );
    const definitions = new Definitions(readings, found.flat());
    definitions.#join(subjects);
    return definitions;
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

function readingsOf({ before, after, id }: Subject): Reading[] {
  return [...new Set([before, after])].flatMap((monitor) =>
    monitor ? [{ monitor, id, read: readMonitor(monitor) }] : [],
  );
}

function membersIn({ read }: Pick<Reading, 'read'>): readonly string[] {
  return read.kind === 'composite' ? read.members : [];
}
