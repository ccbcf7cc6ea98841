import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { collectBytes } from './collect-bytes.ts';

describe('the bytes of a stream', () => {
  it('are collected in order, however they are split', () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.integer({ min: 0, max: 10_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 40 }), (chunks) => {
        const collector = collectBytes();
        for (const one of chunks) collector.add(Buffer.from(one));
        const expected = Buffer.concat(chunks);
        assert.equal(collector.size(), expected.length);
        assert.deepEqual(collector.bytes(), expected);
      }),
    );
  });

  it('take memory in proportion to their number, even if each is a chunk', () => {
    const collector = collectBytes();
    const used = () => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = used();
    // Not from the pool of Node, like the chunks of a request.
    for (let at = 0; at < 1_000_000; at += 1) collector.add(Buffer.allocUnsafeSlow(1));
    assert.equal(collector.bytes().length, 1_000_000);
    assert.ok(used() - before < 100 * 1024 * 1024, String(used() - before));
  });

  it('are too many chunks if they have less than 16 bytes on average, after the first 10,000', () => {
    const firstRefused = (bytes: number, max: number): number | undefined => {
      const collector = collectBytes();
      for (let chunks = 1; chunks <= max; chunks += 1) if (!collector.add(Buffer.alloc(bytes))) return chunks;
      return undefined;
    };
    assert.equal(firstRefused(1, 20_000), 10_667);
    assert.equal(firstRefused(15, 200_000), 160_001);
    assert.equal(firstRefused(16, 1_000_000), undefined);
  });
});
