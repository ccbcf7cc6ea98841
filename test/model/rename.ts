import assert from 'node:assert/strict';
import { idOf, markOf } from '../../src/domain/marker.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { documentOf, items } from '../documents-in-process.ts';
import {
  ABSENT,
  Base,
  type Conditions,
  known,
  type Model,
  type Name,
  objectOf,
  outcomeOf,
  partsOf,
  type Real,
  type Single,
} from './commands.ts';

/** A document that is applied at the same time: the same one, or an older one with the former key. */
export type Rival = 'none' | 'same' | 'older';

/** Renames the object of one key to another key of its kind. Nothing may be created or lost. */
export class Rename extends Base {
  private readonly from: Name;
  private readonly to: Name;
  private readonly content: string;
  private readonly rival: Rival;
  private readonly conditions: Conditions;
  constructor(from: Name, content: string, rival: Rival, conditions: Conditions) {
    super();
    const { kind, key } = partsOf(from);
    this.from = from;
    this.to = `${kind}:${key === 'a' ? 'b' : 'a'}`;
    this.content = content;
    this.rival = rival;
    this.conditions = conditions;
  }

  check(model: Model): boolean {
    return [this.from, this.to].every((name) => {
      const { isCloned, isLeftAlone, possible } = known(model, name);
      return !isCloned && !isLeftAlone && ![...possible].some((one) => one.startsWith('log'));
    });
  }

  protected async carryOut(model: Model, real: Real): Promise<void> {
    const [from, to] = [known(model, this.from), known(model, this.to)];
    const before = this.ids(real);
    const isCertain = from.possible.size === 1 && to.possible.size === 1;
    const older = this.rival === 'older' ? [this.apply(real, this.from, {})] : [];
    const renames = Array.from({ length: this.rival === 'same' ? 2 : 1 }, () =>
      this.apply(real, this.to, { renamed_from: partsOf(this.from).key }),
    );
    const [results, others] = await Promise.all([Promise.all(renames), Promise.all(older)]);
    const isDone = results.includes('done');
    const mayHaveWritten = results.some((one) => one !== 'done' && one.code !== 'invalid');
    if (isDone) {
      to.possible = new Set([this.content]);
      from.possible = new Set([ABSENT]);
    } else if (mayHaveWritten) {
      to.possible = new Set([...to.possible, this.content]);
      from.possible = new Set([...from.possible, ABSENT]);
    }
    if (others.length > 0) {
      from.possible = new Set([...from.possible, this.content]);
      if (isDone) to.possible = new Set([...to.possible, ABSENT]);
    } else if (isCertain && before.length === 1) assert.deepEqual(this.ids(real), before, 'the id is kept');
  }

  private apply(real: Real, name: Name, more: { readonly renamed_from?: string }) {
    const { kind, key } = partsOf(name);
    const entry = { key, ...objectOf(this.to, this.content), ...more };
    const document = documentOf({ [`${kind}s`]: [entry] });
    const { deadlineMs } = this.conditions;
    return outcomeOf(real, this.conditions, async () => {
      const { remaining } = await real.app.apply(document, {}, deadlineMs);
      if (items(remaining).length > 0) throw new ProblemError('deadline_exceeded', 'the apply stopped');
    });
  }

  /** Returns the ids of the objects with one of both keys. */
  private ids({ app }: Real): string[] {
    const { kind } = partsOf(this.from);
    const all = app.person('GET', `/api/v1/${kind}`);
    const own = items(kind === 'monitor' ? all : all['dashboards']);
    return own
      .filter((object) => markOf(kind, object) !== undefined)
      .map(idOf)
      .sort();
  }

  override toString(): string {
    return `rename ${this.from} "${this.content}" against ${this.rival} ${JSON.stringify(this.conditions)}`;
  }
}

/** An object is created and renamed. The answer is lost, and somebody writes one of the two keys meanwhile. */
export class WriteDuringRename extends Base {
  private readonly create: Single;
  private readonly rename: Rename;
  private readonly write: Single;
  constructor(create: Single, rename: Rename, write: Single) {
    super();
    this.create = create;
    this.rename = rename;
    this.write = write;
  }

  check(model: Model): boolean {
    return this.create.check(model) && this.rename.check(model);
  }

  protected async carryOut(model: Model, real: Real): Promise<void> {
    for (const command of [this.create, this.rename, this.write])
      if (command.check(model)) await command.run(model, real);
  }

  override toString(): string {
    return [this.create, this.rename, this.write].map(String).join(', then ');
  }
}
