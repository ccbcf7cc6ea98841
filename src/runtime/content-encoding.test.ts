import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { ProblemError } from '../domain/problem.ts';
import { contentEncodingOf, createDecompress, decodeContent } from './content-encoding.ts';

const COMPRESS = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };
const MIB = 1024 * 1024;
const never = new AbortController().signal;

function decode(
  name: string,
  body: Buffer,
  { limit = MIB, signal = never, hold = (_: number) => {} } = {},
): Promise<Buffer> {
  const encoding = contentEncodingOf(name);
  assert.ok(encoding);
  return decodeContent(body, encoding, limit, signal, hold);
}

function notCompressed(error: unknown): boolean {
  assert.ok(error instanceof ProblemError);
  assert.equal(error.code, 'malformed_body');
  assert.match(error.extras.hint ?? '', /Content-Encoding/);
  return true;
}

describe('a Content-Encoding', () => {
  it('that is absent or identity means that the body is not compressed', () => {
    for (const header of [undefined, '', ' ', 'identity', 'Identity'])
      assert.equal(contentEncodingOf(header), undefined);
  });

  it('that is unknown, or lists several encodings, is not supported', () => {
    for (const header of [
      'x',
      'compress',
      'gzip, gzip',
      'gzip,',
      'identity, br',
      'constructor',
      '*',
      'br;q=1',
    ])
      assert.throws(() => contentEncodingOf(header), { code: 'unsupported_media_type' }, header);
  });
});

for (const [name, compress] of Object.entries(COMPRESS)) {
  describe(`a body compressed with ${name}`, () => {
    const text = Buffer.from('application: payments\n'.repeat(100));

    it('is decompressed, and its content is counted', async () => {
      let held = 0;
      const hold = (bytes: number) => (held += bytes);
      assert.deepEqual(await decode(name.toUpperCase(), compress(text), { hold }), text);
      assert.equal(held, text.length);
      assert.equal((await decode(name, compress(Buffer.alloc(MIB)))).length, MIB);
    });

    it('is too large as soon as its content is, without being decompressed to its end', async () => {
      let held = 0;
      const hold = (bytes: number) => (held += bytes);
      const bomb = compress(Buffer.alloc(64 * MIB));
      await assert.rejects(decode(name, bomb, { hold }), { code: 'too_large' });
      assert.ok(held <= MIB, String(held));
      await assert.rejects(decode(name, compress(Buffer.alloc(MIB + 1))), { code: 'too_large' });
    });

    it('is malformed if it is truncated anywhere, is not compressed, or continues after its end', async () => {
      const whole = compress(text);
      for (let end = 0; end < whole.length; end += 1)
        await assert.rejects(decode(name, whole.subarray(0, end)), notCompressed, String(end));
      const others = [text, Buffer.concat([whole, text]), Buffer.concat([whole, Buffer.from('x')])];
      for (const body of others) await assert.rejects(decode(name, body), notCompressed);
    });

    it('passes on that the memory is in use, and stops at the deadline', async () => {
      const hold = () => {
        throw new ProblemError('busy', 'no memory');
      };
      await assert.rejects(decode(name, compress(text), { hold }), { code: 'busy' });
      const signal = AbortSignal.abort();
      await assert.rejects(decode(name, compress(text), { signal }), { code: 'deadline_exceeded' });
    });
  });
}

it('rejects zstd with a window beyond 8 MiB, which would allocate it for a body of a few bytes', async () => {
  /** A frame of one byte whose header asks for a window of 2 to the power of `log`. */
  const frame = (log: number) => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, 9, 0, 0, 0x78]);
  assert.equal((await decode('zstd', frame(23))).toString(), 'x');
  for (const log of [24, 27, 31, 41])
    await assert.rejects(decode('zstd', frame(log)), { code: 'malformed_body' });
});

it('decompresses two bodies at once, and one of a caller', async () => {
  const ends: (() => void)[] = [];
  const decompress = createDecompress(async (body) => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return body;
  });
  const encoding = contentEncodingOf('br');
  assert.ok(encoding);
  const deadline = { left: () => 1000, signal: never };
  const start = (name: string) =>
    decompress(Buffer.from(name), encoding, MIB, { caller: { name }, deadline }, () => {});
  const started = ['a', 'a', 'b', 'c'].map(start);
  await immediately();
  assert.equal(ends.length, 2);
  for (let ended = 0; ended < 4; ended += 1) {
    ends[ended]?.();
    await immediately();
  }
  assert.deepEqual((await Promise.all(started)).map(String), ['a', 'a', 'b', 'c']);
});
