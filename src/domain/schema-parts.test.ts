import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import type { Json } from './json.ts';
import { variantsSchema } from './schema-parts.ts';

describe('an object with several forms that contains itself', () => {
  let parsed = 0;
  const leaf = z.custom<Json>((value) => {
    parsed += 1;
    return typeof value === 'string';
  });
  const member: z.ZodType = z.lazy(() => z.union([leaf, nested]));
  const forms = ['not', 'both'].map((name) => ({ name, schema: z.strictObject({ [name]: member }) }));
  const nested = variantsSchema({ noun: 'a member', forms }, { id: 'Tested', description: 'A member.' });
  const deep = (innermost: Json): Json => {
    let value = innermost;
    for (let depth = 0; depth < 16; depth += 1) value = { [depth % 2 === 0 ? 'not' : 'both']: value };
    return value;
  };

  it('is parsed once at each level', () => {
    parsed = 0;
    assert.ok(nested.safeParse(deep('a')).success);
    assert.ok(parsed < 100, `${parsed} values were parsed`);
  });

  it('is refused for a mistake in the innermost one', () => {
    for (const wrong of [1, null, {}, { other: 'a' }, { not: 'a', both: 'a' }])
      assert.ok(!nested.safeParse(deep(wrong)).success, JSON.stringify(wrong));
  });
});
