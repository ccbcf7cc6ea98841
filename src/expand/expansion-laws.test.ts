import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { pointerSteps, valueAt } from '../domain/pointer.ts';
import { type Expansion, expandDocument } from './expand.ts';
import { originsFrom, visitLeaves } from './origins.ts';

function expand(written: JsonObject): Expansion {
  const expansion = expandDocument(written);
  assert.ok(expansion);
  return expansion;
}
const alertsOf = ({ document: { alerts } }: Expansion): JsonObject[] =>
  Array.isArray(alerts) ? alerts.filter(isObject) : [];

const text = fc
  .array(fc.constantFrom('${a}', '${b}', '${c}', 'x', '$${a}', ' '), { maxLength: 3 })
  .map((parts) => parts.join(''));
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: 0, max: 9 }),
  fc.constantFrom('v', 'w', 'z'),
  fc.boolean(),
);
const values = fc.record({ a: scalar, b: scalar, c: scalar });
const entry = fc.record({
  title: text,
  message: text,
  tags: fc.array(text, { maxLength: 2 }),
  nested: fc.record({ list: fc.array(text, { maxLength: 2 }), number: scalar }),
});
const documents = fc.record({
  parameters: values,
  variants: fc.record({ prod: values, staging: values }),
  entries: fc.array(entry, { minLength: 1, maxLength: 3 }),
  tags: fc.array(text, { maxLength: 2 }),
});

const writtenOf = ({
  parameters,
  variants,
  entries,
  tags,
}: typeof documents extends fc.Arbitrary<infer T> ? T : never) => ({
  application: 'shop',
  team: 'shop',
  parameters,
  variants,
  tags,
  alerts: entries.map((one, at) => ({ key: `k${at}`, ...one })),
});

describe('expansion', () => {
  it('is deterministic, and equals the documents of its variants written by hand', () => {
    fc.assert(
      fc.property(documents, (shape) => {
        const written = writtenOf(shape);
        const expansion = expand(written);
        assert.equal(
          JSON.stringify(expand(structuredClone(written)).document),
          JSON.stringify(expansion.document),
        );
        const byHand = Object.entries(shape.variants).map(([variant, parameters]) => {
          const { alerts, tags } = expand({ ...written, parameters, variants: { [variant]: {} } }).document;
          return (Array.isArray(alerts) ? alerts : []).map((one) => [one, tags ?? []]);
        });
        const shared = expansion.document['tags'];
        const both = alertsOf(expansion).map((one) => [one, shared ?? []]);
        const effective = (list: (Json | undefined)[][]) =>
          list
            .map(([one, tags]) =>
              isObject(one)
                ? JSON.stringify({
                    ...one,
                    tags: [...new Set([...asList(one['tags']), ...asList(tags)])].toSorted(),
                  })
                : '',
            )
            .toSorted();
        assert.deepEqual(effective(both), effective(byHand.flat()));
      }),
      { numRuns: 200 },
    );
  });

  it('has an origin for every leaf, which holds the value or the reference that it comes from', () => {
    fc.assert(
      fc.property(documents, (shape) => {
        const written = writtenOf(shape);
        const { document: expanded, origins } = expand(written);
        const sent = originsFrom(JSON.parse(JSON.stringify([...origins.data()])));
        visitLeaves(expanded, '', (pointer, leaf) => {
          const { pointer: source } = origins.of(pointer);
          assert.deepEqual(sent.of(pointer), origins.of(pointer));
          const origin = valueAt(written, source);
          assert.notEqual(origin, undefined, `${pointer} <- ${source}`);
          const isKey = pointerSteps(pointer)[2] === 'key';
          const isReference = typeof origin === 'string' && origin.includes('${');
          assert.ok(isKey || isReference || Object.is(JSON.stringify(origin), JSON.stringify(leaf)), pointer);
        });
      }),
      { numRuns: 200 },
    );
  });
});

function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
