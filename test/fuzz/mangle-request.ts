import { FRAGMENTS } from './hostile-values.ts';
import { mutateBytes } from './mutate-bytes.ts';
import type { Random } from './random.ts';
import type { WireRequest } from './wire-request.ts';

type Mangle = (request: WireRequest, random: Random) => Buffer;

/** Prints a request that is invalid HTTP, or difficult to parse. */
export function mangled(request: WireRequest, random: Random): Buffer {
  return random.pick(MANGLES)(request, random);
}

const bodyOf = ({ body }: WireRequest): Buffer => Buffer.from(body ?? '');

function head(
  { method, target, headers }: WireRequest,
  more: readonly string[],
  version = 'HTTP/1.1',
  end = '\r\n',
): Buffer {
  const lines = [...headers.map(([name, value]) => `${name}: ${value}`), ...more];
  return Buffer.from([`${method} ${target} ${version}`, ...lines, '', ''].join(end), 'latin1');
}

const length = (request: WireRequest): string => `content-length: ${bodyOf(request).length}`;
const whole = (request: WireRequest): Buffer =>
  Buffer.concat([head(request, [length(request)]), bodyOf(request)]);

/** Returns a body in chunks of random sizes, with extensions and trailers. */
function chunked(request: WireRequest, random: Random): Buffer {
  const body = bodyOf(request);
  const parts = [head(request, ['transfer-encoding: chunked'])];
  for (let from = 0; from < body.length; ) {
    const part = body.subarray(from, from + random.pick([1, 7, 100, 5000]));
    const extension = random.weighted([
      [8, ''],
      [1, ';a=b'],
      [1, `;${'x'.repeat(300)}="y"`],
    ]);
    parts.push(Buffer.from(`${part.length.toString(16)}${extension}\r\n`), part, Buffer.from('\r\n'));
    from += part.length;
    if (parts.length > 600) {
      const rest = body.subarray(from);
      parts.push(Buffer.from(`${rest.length.toString(16)}\r\n`), rest, Buffer.from('\r\n'));
      break;
    }
  }
  const end = random.pick([
    '0\r\n\r\n',
    '0\r\n\r\n',
    '0\r\na: b\r\n\r\n',
    '0\r\ncontent-length: 5\r\n\r\n',
    '0;x\r\n\r\n',
    '',
  ]);
  return Buffer.concat([...parts, Buffer.from(end)]);
}

const BAD_SIZES = [
  'g',
  '-1',
  '0x5',
  'ffffffffffffffff',
  '5 ',
  '',
  '1\n',
  '99999999999999999999',
  '+5',
  '5;\u0000',
];

const MANGLES: readonly Mangle[] = [
  chunked,
  chunked,
  (request, random) => {
    const size = random.pick(BAD_SIZES);
    return Buffer.concat([
      head(request, ['transfer-encoding: chunked']),
      Buffer.from(`${size}\r\n`),
      bodyOf(request),
    ]);
  },
  // Truncated at a random position.
  (request, random) => {
    const bytes = whole(request);
    return bytes.subarray(0, random.below(bytes.length));
  },
  (request, random) => {
    const said = bodyOf(request).length + random.pick([-5, -1, 1, 100, 1e6, 2e7, 1e18]);
    return Buffer.concat([head(request, [`content-length: ${said}`]), bodyOf(request)]);
  },
  (request, random) => {
    const said = random.pick(['x', '-1', '1, 1', '0x5', '', '1e3', '٣', '00005', '9'.repeat(50)]);
    return Buffer.concat([head(request, [`content-length: ${said}`]), bodyOf(request)]);
  },
  (request) =>
    Buffer.concat([head(request, [length(request), 'transfer-encoding: chunked']), bodyOf(request)]),
  (request) => Buffer.concat([head(request, [length(request), length(request)]), bodyOf(request)]),
  (request, random) => {
    const odd = random.pick([
      'a b: c',
      ': x',
      'x',
      ' folded',
      'a\u0000: b',
      'a: b\u0000c',
      'a: b\rc',
      '(): x',
      'é: x',
      'a:',
    ]);
    return Buffer.concat([head(request, [odd, length(request)]), bodyOf(request)]);
  },
  (request, random) => {
    const count = random.pick([50, 1900, 2100]);
    const many = Array.from({ length: count }, (_, at) => `x-${at}: y`);
    return Buffer.concat([head(request, [...many, length(request)]), bodyOf(request)]);
  },
  (request) =>
    Buffer.concat([head(request, [`x-long: ${'y'.repeat(20_000)}`, length(request)]), bodyOf(request)]),
  (request, random) => {
    const version = random.pick([
      'HTTP/1.0',
      'HTTP/0.9',
      'HTTP/2.0',
      'HTTP/1.1 x',
      'http/1.1',
      'XTTP/1.1',
      '',
    ]);
    return Buffer.concat([head(request, [length(request)], version), bodyOf(request)]);
  },
  (request) => Buffer.concat([head(request, [length(request)], 'HTTP/1.1', '\n'), bodyOf(request)]),
  // Pipelined: the same request again, or bytes that are not a request.
  (request) => {
    const kept = { ...request, headers: request.headers.filter(([name]) => name !== 'connection') };
    return Buffer.concat([whole(kept), whole(kept), whole(request)]);
  },
  (request, random) => {
    const kept = { ...request, headers: request.headers.filter(([name]) => name !== 'connection') };
    const rest = Array.from({ length: random.between(1, 20) }, () => random.pick(FRAGMENTS)).join('');
    return Buffer.concat([whole(kept), Buffer.from(rest)]);
  },
  (request) => Buffer.concat([head(request, ['expect: 100-continue', length(request)]), bodyOf(request)]),
  (request) => head(request, ['expect: 100-continue', 'content-length: 50000000']),
  (request, random) => mutateBytes(whole(request), random),
  (request, random) => mutateBytes(whole(request), random),
  () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  () => Buffer.from([0x16, 0x03, 0x01, 0x00, 0xa5, 0x01, 0x00, 0x00, 0xa1, 0x03, 0x03]),
  (_, random) => Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256))),
  () => Buffer.alloc(0),
];
