import { FRAGMENTS } from './hostile-values.ts';
import type { Random } from './random.ts';

type Mutate = (bytes: Buffer, random: Random) => Buffer;

/** Returns a copy with one to three mutations of its bytes. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let mutated = bytes;
  for (let left = random.between(1, 3); left > 0; left -= 1)
    mutated = random.weighted(MUTATIONS)(mutated, random);
  return mutated;
}

/** Returns bytes without any structure. */
export function rawBytes(random: Random): Buffer {
  const length = random.weighted([
    [5, random.below(40)],
    [2, random.below(4000)],
  ]);
  const isText = random.chance(0.6);
  return isText
    ? Buffer.from(Array.from({ length: random.below(30) }, () => random.pick(FRAGMENTS)).join(''))
    : Buffer.from(Array.from({ length }, () => random.below(256)));
}

const flip: Mutate = (bytes, random) => {
  const copy = Buffer.from(bytes);
  const at = random.below(Math.max(1, copy.length));
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
};

/** Replaces `length` bytes by `insert`. */
function spliced(bytes: Buffer, at: number, length: number, insert: Uint8Array | string): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(insert), bytes.subarray(at + length)]);
}

const at = (bytes: Buffer, random: Random): number => random.below(bytes.length + 1);
const some = (bytes: Buffer, random: Random): Buffer => {
  const from = at(bytes, random);
  return bytes.subarray(from, from + random.between(1, 40));
};

const INVALID_UTF8 = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0x80],
  [0xfe],
];
const BLANKS = [' ', '\t', '\r', '\n', '\r\n', '\u0085', '\u2028', '\u00a0', '\ufeff'];

const MUTATIONS: readonly (readonly [number, Mutate])[] = [
  [3, flip],
  [6, (bytes, random) => spliced(bytes, at(bytes, random), 0, random.pick(FRAGMENTS))],
  [4, (bytes, random) => spliced(bytes, at(bytes, random), random.between(1, 12), '')],
  [2, (bytes, random) => spliced(bytes, at(bytes, random), 0, some(bytes, random))],
  [2, (bytes, random) => spliced(bytes, at(bytes, random), random.between(0, 12), some(bytes, random))],
  [2, (bytes, random) => bytes.subarray(0, at(bytes, random))],
  [1, (bytes, random) => bytes.subarray(at(bytes, random))],
  [2, (bytes, random) => spliced(bytes, at(bytes, random), 0, Buffer.from(random.pick(INVALID_UTF8)))],
  [1, (bytes, random) => spliced(bytes, random.chance(0.7) ? 0 : at(bytes, random), 0, '\ufeff')],
  [1, (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')],
  [1, (bytes, random) => spliced(bytes, at(bytes, random), 0, '\u0000')],
  [3, (bytes, random) => spliced(bytes, at(bytes, random), 0, `\\${random.pick(BLANKS)}`)],
  [
    3,
    (bytes, random) =>
      spliced(bytes, at(bytes, random), 0, `"${random.pick(FRAGMENTS)}\\${random.pick(BLANKS)}"`),
  ],
  [
    2,
    (bytes, random) =>
      spliced(bytes, at(bytes, random), 0, random.pick(FRAGMENTS).repeat(random.pick([2, 50, 2000]))),
  ],
  [1, (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le')],
  [1, (bytes, random) => spliced(bytes, at(bytes, random), 0, bytes)],
];
