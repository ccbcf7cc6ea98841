import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import type { Json } from '../domain/json.ts';
import { check } from './check.ts';
import { documentSchema, ENVELOPE_SCHEMAS, OBJECT_SCHEMAS, restoreSchema } from './schemas.ts';

/** Values of every kind, each of which some rule of a schema rejects. */
const VALUES: readonly Json[] = [
  null,
  true,
  5,
  -1,
  1.5,
  '',
  ' ',
  'A b',
  'x'.repeat(300),
  [],
  {},
  [null],
  [[]],
  ['a', 'b', 'c', 'd', 'e', 'f'],
  { zz: 1 },
];

/** Returns a function that puts a value at every place of a schema, one at a time. */
function* placesIn(schema: z.core.$ZodType, put: (value: Json) => Json): Generator<(value: Json) => Json> {
  yield put;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    yield* placesIn(schema.unwrap(), put);
  else if (schema instanceof z.ZodArray) yield* placesIn(schema.element, (value) => put([value]));
  else if (schema instanceof z.ZodUnion) for (const option of schema.options) yield* placesIn(option, put);
  else if (schema instanceof z.ZodObject)
    for (const [name, field] of Object.entries(schema.shape))
      if (field instanceof z.ZodType) yield* placesIn(field, (value) => put({ [name]: value }));
}

const SCHEMAS: readonly (readonly [string, z.ZodType])[] = [
  ['a document', documentSchema],
  ['a restore', restoreSchema],
  ['the body of a create', ENVELOPE_SCHEMAS.create],
  ['the body of an update', ENVELOPE_SCHEMAS.update],
  ...Object.entries(OBJECT_SCHEMAS).map(([kind, { create }]) => [kind, create] as const),
];

describe('the message about a value that does not match its schema', () => {
  for (const [name, schema] of SCHEMAS) {
    it(`names the field and what it must be, for every rule and every kind of value in ${name}`, () => {
      for (const put of placesIn(schema, (value) => value)) {
        for (const value of VALUES) {
          for (const { message, hint = '' } of check(schema, put(value), '')) {
            assert.match(message, /^(?:"|An? |The ).+\.$/, message);
            assert.doesNotMatch(
              `${message} ${hint}`,
              /invalid|expected|received|too (?:small|big)|unrecognized|regex/i,
            );
          }
        }
      }
    });
  }

  it('is worded for every rule of zod, also those that no schema has yet', () => {
    const schemas: readonly (readonly [z.ZodType, Json, string])[] = [
      [z.string().min(3), 'a', 'must have at least 3 characters'],
      [z.string().max(1), 'ab', 'must have at most 1 character'],
      [z.array(z.string()).min(1), [], 'must have at least 1 element'],
      [z.int().min(2), 1, 'must be at least 2'],
      [z.int().max(2), 3, 'must be at most 2'],
      [z.int(), 1.5, 'must be a whole number, not a number'],
      [z.number().multipleOf(2), 3, 'must be a multiple of 2'],
      [z.string().regex(/a/), 'b', 'has characters that are not allowed here'],
      [z.enum(['a', 'b']), 'x', 'must be "a" or "b", not "x"'],
      [z.literal(true), false, 'must be "true", not false'],
      [z.string(), null, 'has no value: it must be a string'],
      [
        z.union([z.enum(['a', 'b']), z.array(z.enum(['a', 'b']))]),
        1,
        'must be "a" or "b", or a list of these, not a number',
      ],
      [z.union([z.string(), z.array(z.string())]), true, 'must be a string, or a list of these, not true'],
      [z.string().refine(() => false), 'x', 'is not valid'],
    ];
    for (const [schema, value, words] of schemas)
      assert.deepEqual(
        check(z.strictObject({ field: schema }), { field: value }, '').map(({ message }) => message),
        [`"field" ${words}.`],
      );
  });
});

describe('the correction of a value that does not match its schema', () => {
  const schema = z.strictObject({
    key: z.string().regex(/^[a-z-]+$/),
    size: z.custom<Json>((value) => typeof value === 'number'),
    tags: z.array(z.string()),
    level: z.enum(['high', 'low']),
  });
  const valid = { key: 'k', size: 1, tags: [], level: 'low' };
  const corrections: readonly (readonly [string, Record<string, Json>, Json | undefined])[] = [
    ['a key with other characters', { key: 'Queue Depth' }, 'queue-depth'],
    ['a string where a list is meant', { tags: 'env:prod' }, ['env:prod']],
    ['several words where a list is meant: there is no fix', { tags: 'a, b' }, undefined],
    ['a misspelt word', { level: 'hihg' }, 'high'],
    ['another word: there is no fix', { level: 'urgent' }, undefined],
  ];
  for (const [what, change, value] of corrections) {
    it(`is a fix for ${what}`, () => {
      const [finding, ...more] = check(schema, { ...valid, ...change }, '');
      assert.deepEqual(more, []);
      const [pointer] = Object.keys(change).map((name) => `/${name}`);
      const edits = value === undefined ? undefined : [{ pointer, value }];
      assert.deepEqual(finding?.fix?.edits, edits);
    });
  }

  it('renames a misspelt field only if one known field is near and not set', () => {
    const fields = z.strictObject({
      above: z.string().optional(),
      abode: z.string().optional(),
      team: z.string().optional(),
    });
    const fixOf = (value: Record<string, Json>) => check(fields, value, '')[0]?.fix?.edits;
    assert.deepEqual(fixOf({ teem: 'a' }), [
      { pointer: '/teem', remove: true },
      { pointer: '/team', value: 'a' },
    ]);
    assert.equal(fixOf({ teem: 'a', team: 'b' }), undefined);
    assert.equal(fixOf({ abov: 'a' })?.length, undefined);
    assert.equal(fixOf({ teem: Array.from({ length: 300 }, () => 1) }), undefined);
  });
});
