import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTrustedJson, sameJson } from '../domain/json.ts';
import { readUpstreamJson } from './upstream-json.ts';

const read = (text: string, limits = { values: 1000, depth: 10 }) =>
  readUpstreamJson(Buffer.from(text), limits);

describe('the JSON of an upstream answer', () => {
  it('is parsed unchanged, with any strings', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        const limits = { values: 100_000, depth: 100 };
        if (text.includes('__p')) return;
        assert.ok(sameJson(readUpstreamJson(Buffer.from(text), limits), parseTrustedJson(text)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is rejected when it has more values than the limit', () => {
    assert.throws(() => read(`[${'0,'.repeat(1000)}0]`), /has more than 1000 values/);
    assert.throws(() => read(`[${'{},'.repeat(600)}{}]`), /has more than 1000 values/);
    assert.ok(read(`["${',[{'.repeat(5000)}"]`));
    assert.ok(read(`["a\\\\", "\\"${',['.repeat(5000)}"]`));
  });

  it('is rejected when it is nested deeper than the limit', () => {
    assert.ok(read(`${'['.repeat(10)}${']'.repeat(10)}`));
    assert.throws(() => read(`${'['.repeat(11)}${']'.repeat(11)}`), /more than 10 deep/);
    assert.throws(() => read('{"a":'.repeat(900_000), { values: 1e9, depth: 128 }), /more than 128 deep/);
  });

  it('is rejected when a number has more than 1000 characters', () => {
    assert.ok(read('9'.repeat(1000)));
    assert.throws(() => read(`[1e${'9'.repeat(1000)}]`), /a number of more than 1000 characters/);
    assert.ok(read(`"${'9'.repeat(2000)}"`));
  });

  it('drops fields named __proto__ in any notation', () => {
    for (const name of ['__proto__', '\\u005f_proto__', '\\u005F\\u005fproto__', '__\\u0070roto__'])
      assert.deepEqual(read(`{"a":[{"${name}":{"b":1},"c":1.0}]}`), read('{"a":[{"c":1.0}]}'), name);
  });

  it('is rejected with a SyntaxError when it is anything else', () => {
    for (const text of ['', '<html></html>', '{', '"', '"\\', '\uFEFF[]', '[1,]', 'NaN'])
      assert.throws(() => read(text), SyntaxError, text);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readUpstreamJson(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof SyntaxError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
