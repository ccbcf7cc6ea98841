import assert from 'node:assert/strict';
import type fc from 'fast-check';
import type { JsonObject } from '../../src/domain/json.ts';
import { idOf, markOf } from '../../src/domain/marker.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { documentOf, items } from '../documents-in-process.ts';
import type { LostWrite } from '../emulated-datadog.ts';
import type { BothRoutes } from './both-routes.ts';

export const NAMES = ['monitor:a', 'monitor:b', 'dashboard:a', 'dashboard:b'] as const;
export type Name = (typeof NAMES)[number];
export const ABSENT = '';

/** What is known of one key: every content that it may have now. */
interface Known {
  possible: ReadonlySet<string>;
  /** True if a person cloned the object. */
  isCloned: boolean;
  /** True once nothing more can be said: the outcome of a replace is unknown, or the clone is the older one now. */
  isLeftAlone: boolean;
}
/** The reference: the possible contents of each key. */
export type Model = Map<Name, Known>;
/** The pipelines, and the clones in Datadog as they were made. */
export interface Real {
  readonly app: BothRoutes;
  readonly clones: Map<string, string>;
}

/** What happens to the writes of one request, and how long it may take. */
export interface Conditions {
  readonly losses: readonly LostWrite[];
  readonly deadlineMs: number;
}
/** Problems of a write that Datadog did not answer in time. */
const UNCERTAIN = ['outcome_unknown', 'deadline_exceeded', 'datadog_unavailable'];
export type Command = fc.AsyncCommand<Model, Real>;
export type Contents = ReadonlyMap<Name, string>;

export function newModel(): Model {
  return new Map(
    NAMES.map((name) => [name, { possible: new Set([ABSENT]), isCloned: false, isLeftAlone: false }]),
  );
}

export function known(model: Model, name: Name): Known {
  const found = model.get(name);
  assert.ok(found);
  return found;
}

export function partsOf(name: Name) {
  const [kind, key = ''] = name.split(':');
  return { kind: kind === 'monitor' ? ('monitor' as const) : ('dashboard' as const), key };
}

/** Returns an object with a content. A content that begins with "log" is another type of monitor. */
export function objectOf(name: Name, content: string): JsonObject {
  const { kind, key } = partsOf(name);
  if (kind === 'dashboard')
    return {
      title: content,
      layout_type: 'ordered',
      widgets: [{ definition: { type: 'note', content: key } }],
    };
  return content.startsWith('log')
    ? { type: 'log alert', name: content, query: `logs("${key}").index("*").rollup("count").last("5m") > 1` }
    : { type: 'query alert', name: content, query: `avg(last_5m):avg:system.load.1{k:${key}} > 1` };
}

/** Sends a request under the given conditions. Returns `done`, or the problem. */
export async function outcomeOf(
  { app }: Real,
  { losses }: Conditions,
  send: () => Promise<unknown>,
): Promise<'done' | ProblemError> {
  app.loseNextWrites(...losses);
  try {
    await send();
    return 'done';
  } catch (error) {
    assert.ok(error instanceof ProblemError && error.code !== 'internal', String(error));
    return error;
  } finally {
    app.keepWrites();
  }
}

/** Checks that each key has one object with a possible content, and that all clones are unchanged. */
export function checkHeld(model: Model, { app, clones }: Real): void {
  const held = {
    monitor: items(app.person('GET', '/api/v1/monitor')),
    dashboard: items(app.person('GET', '/api/v1/dashboard')['dashboards']),
  };
  for (const name of NAMES) {
    const { possible, isLeftAlone } = known(model, name);
    const { kind, key } = partsOf(name);
    const own = held[kind].filter((object) => markOf(kind, object)?.key === key && !clones.has(idOf(object)));
    const contents = own.map((object) => String(object['name'] ?? object['title']));
    if (isLeftAlone) continue;
    assert.ok(own.length <= 1, `${name} exists ${own.length} times: ${contents.join()}`);
    assert.ok(
      possible.has(contents[0] ?? ABSENT),
      `${name} is "${contents[0] ?? ''}", expected ${[...possible].join(' or ')}`,
    );
  }
  for (const [id, made] of clones) {
    const clone = [...held.monitor, ...held.dashboard].find((object) => idOf(object) === id);
    assert.equal(String(clone?.['name'] ?? clone?.['title']), made, `the clone ${id}`);
  }
}

export abstract class Base implements Command {
  abstract check(model: Readonly<Model>): boolean;
  protected abstract carryOut(model: Model, real: Real): Promise<void>;
  async run(model: Model, real: Real): Promise<void> {
    await this.carryOut(model, real);
    checkHeld(model, real);
  }
}

export class Single extends Base {
  private readonly verb: 'create' | 'update' | 'delete';
  private readonly name: Name;
  private readonly content: string;
  private readonly conditions: Conditions;
  constructor(verb: Single['verb'], name: Name, content: string, conditions: Conditions) {
    super();
    this.verb = verb;
    this.name = name;
    this.content = verb === 'delete' ? ABSENT : content;
    this.conditions = conditions;
  }

  check(model: Model): boolean {
    const { isCloned, isLeftAlone, possible } = known(model, this.name);
    const isLog = [...possible].some((one) => one.startsWith('log'));
    return !isLeftAlone && !(isCloned && this.verb === 'delete') && !(isLog && this.verb !== 'delete');
  }

  protected async carryOut(model: Model, real: Real): Promise<void> {
    const { name, verb, content } = this;
    const { kind, key } = partsOf(name);
    const one = known(model, name);
    const body = { application: 'app', team: 't', key, [kind]: objectOf(name, content) };
    const result = await outcomeOf(real, this.conditions, () =>
      verb === 'delete'
        ? real.app.send(`/delete_${kind}`, undefined, { application: 'app', key }, this.conditions.deadlineMs)
        : real.app.ask(`/${verb}_${kind}`, body, {}, this.conditions.deadlineMs),
    );
    if (result === 'done') one.possible = new Set([content]);
    else if (result.code === 'not_found') {
      assert.ok(one.possible.has(ABSENT), `${name} is missing`);
      one.possible = new Set([ABSENT]);
    } else if (result.code !== 'key_conflict') one.possible = new Set([...one.possible, content]);
  }

  override toString(): string {
    return `${this.verb} ${this.name} "${this.content}" ${JSON.stringify(this.conditions)}`;
  }
}

export class Apply extends Base {
  private readonly documents: readonly Contents[];
  private readonly conditions: Conditions;
  constructor(documents: readonly Contents[], conditions: Conditions) {
    super();
    this.documents = documents;
    this.conditions = conditions;
  }

  check(model: Model): boolean {
    const names = this.documents.flatMap((contents) => [...contents.keys()]);
    return names.every((name) => {
      const { isLeftAlone, possible } = known(model, name);
      return !isLeftAlone && ![...possible].some((one) => one.startsWith('log'));
    });
  }

  protected async carryOut(model: Model, real: Real): Promise<void> {
    const results = await Promise.all(
      this.documents.map((contents) =>
        outcomeOf(real, this.conditions, () => apply(real, contents, {}, this.conditions)),
      ),
    );
    const done = this.documents.filter((_, at) => results[at] === 'done');
    const started = this.documents.filter((_, at) => {
      const result = results[at];
      if (!(result instanceof ProblemError)) return false;
      const written = result.extras.members?.['done'];
      return result.code !== 'plan_stale' || (Array.isArray(written) && written.length > 0);
    });
    for (const name of NAMES) {
      const one = known(model, name);
      const of = (some: readonly Contents[]) => some.flatMap((contents) => contents.get(name) ?? []);
      const before = of(done).length > 0 ? [] : one.possible;
      one.possible = new Set([...before, ...of(done), ...of(started)]);
    }
    if (done.length > 1 && started.length === 0) requireOneDocument(done, real);
  }

  override toString(): string {
    const documents = this.documents.map((contents) => JSON.stringify([...contents]));
    return `apply ${documents.join(' and ')} ${JSON.stringify(this.conditions)}`;
  }
}

/** Of two documents that were applied at once and both reported as done, Datadog holds one completely. */
function requireOneDocument(done: readonly Contents[], { app, clones }: Real): void {
  const held = [
    ...items(app.person('GET', '/api/v1/monitor')),
    ...items(app.person('GET', '/api/v1/dashboard')['dashboards']),
  ].flatMap((object) => (clones.has(idOf(object)) ? [] : [String(object['name'] ?? object['title'])]));
  assert.ok(
    done.some((contents) => [...contents.values()].every((content) => held.includes(content))),
    'Datadog holds parts of both documents',
  );
}

/** Applies a document. Throws if the apply stopped before its end. */
async function apply(
  { app }: Real,
  contents: Contents,
  query: Record<string, string>,
  { deadlineMs }: Conditions,
): Promise<void> {
  const of = (kind: string) =>
    [...contents].flatMap(([name, content]) =>
      name.startsWith(kind) ? [{ key: partsOf(name).key, ...objectOf(name, content) }] : [],
    );
  const document = documentOf({ monitors: of('monitor'), dashboards: of('dashboard') });
  const { remaining } = await app.apply(document, query, deadlineMs);
  if (items(remaining).length > 0) throw new ProblemError('deadline_exceeded', 'the apply stopped');
}

/** A person clones an object. */
export class Clone extends Base {
  private readonly name: Name;
  constructor(name: Name) {
    super();
    this.name = name;
  }

  check(model: Model): boolean {
    const { possible, isCloned, isLeftAlone } = known(model, this.name);
    return !isCloned && !isLeftAlone && possible.size === 1 && !possible.has(ABSENT);
  }

  protected async carryOut(model: Model, { app, clones }: Real): Promise<void> {
    const { kind, key } = partsOf(this.name);
    const path = `/api/v1/${kind}`;
    const all = kind === 'monitor' ? app.person('GET', path) : app.person('GET', path)['dashboards'];
    const original = items(all).find((object) => markOf(kind, object)?.key === key);
    const {
      id: _id,
      created: _created,
      created_at: _at,
      ...rest
    } = app.person('GET', `${path}/${idOf(original ?? {})}`);
    const title = `clone of ${this.name}`;
    app.clock.advance(1000);
    const clone = app.person('POST', path, { ...rest, [kind === 'monitor' ? 'name' : 'title']: title });
    clones.set(idOf(clone), title);
    known(model, this.name).isCloned = true;
  }

  override toString(): string {
    return `clone ${this.name}`;
  }
}

/** Replaces a monitor by one of another type, perhaps after a person has cloned it. */
export class Replace extends Base {
  private readonly name: Name;
  private readonly content: string;
  private readonly isClonedFirst: boolean;
  private readonly conditions: Conditions;
  constructor(name: Name, content: string, isClonedFirst: boolean, conditions: Conditions) {
    super();
    this.name = name;
    this.content = content;
    this.isClonedFirst = isClonedFirst;
    this.conditions = conditions;
  }

  check(model: Model): boolean {
    const { possible, isLeftAlone } = known(model, this.name);
    return !isLeftAlone && possible.size === 1 && ([...possible][0] ?? '').startsWith('q');
  }

  protected async carryOut(model: Model, real: Real): Promise<void> {
    const one = known(model, this.name);
    if (this.isClonedFirst && !one.isCloned) await new Clone(this.name).run(model, real);
    const contents = new Map([[this.name, this.content]]);
    const result = await outcomeOf(real, this.conditions, () =>
      apply(real, contents, { force: 'true' }, this.conditions),
    );
    one.possible = new Set([this.content]);
    if (result === 'done') checkHeld(model, real);
    // Nobody else writes meanwhile, so no other object may be taken for the new one.
    else assert.ok(UNCERTAIN.includes(result.code), `${String(this)}: ${result.code}`);
    one.isLeftAlone = result !== 'done' || one.isCloned;
  }

  override toString(): string {
    return `${this.isClonedFirst ? 'clone and ' : ''}replace ${this.name} "${this.content}" ${JSON.stringify(this.conditions)}`;
  }
}

/** Time passes, and the settlers do a round. */
export class Wait extends Base {
  private readonly ms: number;
  constructor(ms: number) {
    super();
    this.ms = ms;
  }
  check(): boolean {
    return true;
  }
  protected async carryOut(_model: Model, { app }: Real): Promise<void> {
    app.clock.advance(this.ms);
    await app.settle();
  }
  override toString(): string {
    return `wait ${this.ms} ms`;
  }
}

/** The application is added to the catalogs or removed from them. */
export class ChangeListing extends Base {
  check(): boolean {
    return true;
  }
  protected async carryOut(_model: Model, { app }: Real): Promise<void> {
    app.changeListing();
  }
  override toString(): string {
    return 'change listing';
  }
}

/** A write whose answer is lost is repeated after the listing has changed. */
export class RepeatOnOtherRoute extends Base {
  private readonly single: Single;
  constructor(single: Single) {
    super();
    this.single = single;
  }
  check(model: Model): boolean {
    return this.single.check(model);
  }
  protected async carryOut(model: Model, real: Real): Promise<void> {
    await this.single.run(model, real);
    real.app.changeListing();
    if (this.single.check(model)) await this.single.run(model, real);
  }
  override toString(): string {
    return `twice, on both routes: ${String(this.single)}`;
  }
}
