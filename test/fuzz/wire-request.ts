/** A request before it is printed. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Uint8Array;
}

/** Prints a request as HTTP/1.1. */
export function printRequest({ method, target, headers, body }: WireRequest): Buffer {
  const length = body === undefined ? [] : [['content-length', String(body.byteLength)] as const];
  const lines = [...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1'),
    body ?? Buffer.alloc(0),
  ]);
}
