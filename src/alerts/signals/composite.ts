import { z } from 'zod';
import { isObject, type Json, type JsonObject, numberFromText, numberText } from '../../domain/json.ts';
import { type Pointer, pointerSteps, pointerTo } from '../../domain/pointer.ts';
import { type PlacedReference, readReference } from '../../domain/references.ts';
import { nonEmptyText, number, variantsSchema } from '../../domain/schema-parts.ts';
import type { Expression } from '../../language/query/syntax.ts';
import type { Report, SignalKind } from '../kinds.ts';

/** How the members of a composite are combined, and the operator in its query. */
const OPERATORS = { all_of: '&&', any_of: '||' } as const;
type Combination = keyof typeof OPERATORS;
const COMBINATIONS: readonly Combination[] = ['all_of', 'any_of'];

/** A composite or a member of one, parsed. */
type Tree =
  /** Another alert or monitor, by its key: `key`, or `application/key`. */
  | { readonly kind: 'key'; readonly key: string }
  /** Another monitor, by its id in Datadog. */
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'not'; readonly member: Tree }
  | { readonly kind: Combination; readonly members: readonly Tree[] };

const ID = /^[1-9]\d{0,19}$/;

const id = number.meta({ type: 'integer', minimum: 1, description: 'The id of a monitor in Datadog.' });
const key = nonEmptyText.meta({
  pattern: '^(?:[a-z0-9][a-z0-9._-]{0,99}/)?[a-z0-9][a-z0-9._-]{0,79}$',
  description: 'The key of an alert or monitor, or `application/key` for one of another application.',
});
const MEMBER: z.ZodType = z
  .lazy(() => z.union([key, id, NESTED]))
  .meta({ id: 'Member', description: 'An alert or monitor by its key or id, or several of them combined.' });
const MEMBERS = z.array(MEMBER).min(1, 'must contain at least one member');
const NESTED = variantsSchema(
  {
    noun: 'A member',
    forms: [
      { name: 'not', schema: z.strictObject({ not: MEMBER }) },
      {
        name: 'all_of',
        schema: z.strictObject({ all_of: MEMBERS.meta({ description: 'All of these.' }) }),
      },
      {
        name: 'any_of',
        schema: z.strictObject({ any_of: MEMBERS.meta({ description: 'At least one of these.' }) }),
      },
    ],
  },
  { id: 'Combination', description: 'The negation of a member, or several members combined.' },
);

/** Parses a composite or a member that matches the schema. */
function treeOf(value: Json): Tree {
  if (typeof value === 'string') return { kind: 'key', key: value };
  if (!isObject(value)) return { kind: 'id', id: numberText(value) ?? '' };
  const kind = COMBINATIONS.find((name) => Object.hasOwn(value, name));
  const members = kind && value[kind];
  if (kind && Array.isArray(members)) return { kind, members: members.map(treeOf) };
  return { kind: 'not', member: treeOf(value['not'] ?? null) };
}

/** Returns a tree without combinations of one member, and without combinations in a combination of the same kind. */
function simplified(tree: Tree): Tree {
  if (tree.kind === 'not') return { kind: 'not', member: simplified(tree.member) };
  if (tree.kind === 'key' || tree.kind === 'id') return tree;
  const members = tree.members
    .map(simplified)
    .flatMap((one) => (one.kind === tree.kind ? membersOf(one) : [one]));
  const [only, ...others] = members;
  return only && others.length === 0 ? only : { kind: tree.kind, members };
}

function membersOf(tree: Tree): readonly Tree[] {
  return tree.kind === 'all_of' || tree.kind === 'any_of' ? tree.members : [tree];
}

/** Returns the signal of a tree. A tree of a single member becomes `all_of`. */
function signalOf(tree: Tree): JsonObject {
  const simple = simplified(tree);
  return { [simple.kind === 'any_of' ? 'any_of' : 'all_of']: membersOf(simple).map(jsonOf) };
}

function jsonOf(tree: Tree): Json {
  switch (tree.kind) {
    case 'key':
      return tree.key;
    case 'id':
      return numberFromText(tree.id);
    case 'not':
      return { not: jsonOf(tree.member) };
    case 'all_of':
    case 'any_of':
      return { [tree.kind]: tree.members.map(jsonOf) };
  }
}

/** Returns the query of a simplified tree. Nested combinations are in parentheses. */
function queryOf(tree: Tree, isNested = false): string {
  switch (tree.kind) {
    case 'key':
      return `\${monitor:${tree.key}}`;
    case 'id':
      return tree.id;
    case 'not':
      return `!${queryOf(tree.member, true)}`;
    case 'all_of':
    case 'any_of': {
      const text = tree.members.map((member) => queryOf(member, true)).join(` ${OPERATORS[tree.kind]} `);
      return isNested ? `(${text})` : text;
    }
  }
}

/** Returns the tree of a parsed query, or undefined if a member is neither an id nor a reference. */
function readTree(node: Expression): Tree | undefined {
  if (node.kind === 'number') return ID.test(node.text) ? { kind: 'id', id: node.text } : undefined;
  if (node.kind === 'word') {
    const [, name] = /^\$\{(?:monitor|alert):([^{}]+)\}$/.exec(node.text) ?? [];
    return name === undefined ? undefined : { kind: 'key', key: name };
  }
  if (node.kind === 'group') return node.methods.length === 0 ? readTree(node.inner) : undefined;
  if (node.kind === 'unary') {
    const member = readTree(node.operand);
    return member && { kind: 'not', member };
  }
  if (node.kind !== 'binary') return undefined;
  const { text: operator } = node.operator;
  const kind = COMBINATIONS.find((name) => OPERATORS[name] === operator);
  // The left side of a chain is as deep as the chain is long.
  const parts: Expression[] = [];
  let left: Expression = node;
  for (; left.kind === 'binary' && left.operator.text === operator; left = left.left) parts.push(left.right);
  parts.push(left);
  const members = parts.toReversed().flatMap((part) => readTree(part) ?? []);
  return kind && members.length === parts.length ? { kind, members } : undefined;
}

/**
 * Returns the references of a signal to the alerts and monitors that it combines by their keys; none for another signal. A
 * malformed key has no reference. `pointer` is the place of the signal in the body.
 */
export function memberReferences(signal: Json | undefined, pointer: Pointer): PlacedReference[] {
  return leavesIn(signal, pointer).flatMap(({ leaf: text, at }) => {
    const to = typeof text === 'string' ? readReference('monitor', text) : undefined;
    return to && typeof text === 'string' ? [{ pointer: at, at: 0, text, to }] : [];
  });
}

/** Returns the keys and ids in a composite or a member with their pointers. */
function leavesIn(
  value: Json | undefined,
  pointer: Pointer,
): { readonly leaf: Json; readonly at: Pointer }[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, held]) => {
    if (name !== 'not' && name !== 'all_of' && name !== 'any_of') return [];
    const place = pointerTo(pointer, name);
    const members = Array.isArray(held)
      ? held.map((one, n) => [one, pointerTo(place, n)] as const)
      : [[held, place] as const];
    return members.flatMap(([leaf, at]) => (isObject(leaf) ? leavesIn(leaf, at) : [{ leaf, at }]));
  });
}

function combinationKind(name: Combination): SignalKind {
  const other = name === 'all_of' ? 'any_of' : 'all_of';
  return {
    name,
    schema: z.strictObject({
      [name]: MEMBERS.meta({
        description:
          name === 'all_of'
            ? 'The alert triggers while all of these do: keys, `application/key`, ids, `{not: MEMBER}`, or nested combinations.'
            : 'The alert triggers while at least one of these does: keys, `application/key`, ids, `{not: MEMBER}`, or nested combinations.',
        examples: [['queue-backlog', 'no-consumers']],
      }),
    }),
    compile: (signal) => ({
      form: 'whole',
      type: 'composite',
      query: queryOf(simplified(treeOf(signal))),
      options: {},
    }),
    read(reading) {
      if (reading.form !== 'whole' || reading.query.kind !== 'composite') return undefined;
      const tree = readTree(reading.query.expression);
      const signal = tree && signalOf(tree);
      return signal && Object.hasOwn(signal, name) ? signal : undefined;
    },
    canonical: (signal) => signalOf(treeOf(signal)),
    check: (signal, report) => {
      checkMembers(signal, report);
    },
    examples: [
      { signal: { [name]: ['queue-backlog', 'no-consumers'] } },
      { signal: { [name]: ['orders/queue-backlog', { not: 4711 }, { [other]: ['slow', 'failing'] }] } },
    ],
  };
}

function checkMembers(signal: JsonObject, report: Report): void {
  for (const { leaf, at } of leavesIn(signal, '')) {
    const isValid =
      typeof leaf === 'string' ? readReference('monitor', leaf) : ID.test(numberText(leaf) ?? '');
    if (isValid) continue;
    report(
      pointerSteps(at),
      typeof leaf === 'string'
        ? `"${leaf}" is not a valid key.`
        : `${numberText(leaf) ?? ''} is not the id of a monitor.`,
      'Write the key of an alert or monitor, application/key, or an id as a number.',
    );
  }
}

/** The rows of the composites in the table of signals. */
export const COMPOSITES: readonly SignalKind[] = COMBINATIONS.map(combinationKind);
