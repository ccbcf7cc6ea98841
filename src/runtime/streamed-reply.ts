import { MAY_STILL_LAND } from '../domain/headers.ts';
import { type Reply, SECURITY_HEADERS } from './reply.ts';

/** The media type of a streamed response: JSON values, one on each line. */
export const JSON_LINES = 'application/x-ndjson';

/** Maximum bytes of lines that the client has not read. Further lines are dropped: the last line has everything. */
const MAX_UNREAD_BYTES = 64 * 1024;

/** Headers that are known only at the end. */
const TRAILERS = ['retry-after', MAY_STILL_LAND];

/** What a streamed response needs of a ServerResponse. */
export interface Outgoing {
  readonly closed: boolean;
  readonly headersSent: boolean;
  readonly writableLength: number;
  writeHead(status: number, headers: Reply['headers']): unknown;
  write(text: string): unknown;
  addTrailers(headers: Reply['headers']): void;
}

/** A response whose lines are sent while the request is in progress. Its last line is the body that it would have otherwise. */
export interface StreamedReply {
  /** Sends a line. */
  line(value: object): void;
  /** Returns the end of the response: the whole reply, if no line was sent. */
  end(reply: Reply): Reply;
}

/**
 * Starts a streamed response with the status 200. The status of a failure is in its last line, and what is known only at
 * the end is in trailers.
 */
export function streamReply(outgoing: Outgoing, headers: Reply['headers']): StreamedReply {
  return {
    line(value) {
      if (outgoing.closed || outgoing.writableLength > MAX_UNREAD_BYTES) return;
      if (!outgoing.headersSent)
        outgoing.writeHead(200, {
          ...SECURITY_HEADERS,
          ...headers,
          'content-type': JSON_LINES,
          // Proxies that buffer responses would deliver the lines late.
          'x-accel-buffering': 'no',
        });
      outgoing.write(`${JSON.stringify(value)}\n`);
    },
    end(reply) {
      if (!outgoing.headersSent) return reply;
      const trailers = TRAILERS.flatMap((name) => {
        const value = reply.headers[name];
        return value === undefined ? [] : [[name, value] as const];
      });
      outgoing.addTrailers(Object.fromEntries(trailers));
      // Only the last line has no line break: so its receiver knows that it is the last.
      return { ...reply, body: reply.body.toString().trimEnd() };
    },
  };
}

/** Returns the status of the problem in the last line of a streamed response; 200 for any other line. */
export function statusOfLine(line: Buffer): number {
  const head = line.subarray(0, 400).toString();
  return Number(/^\{"type":"[\w:]+","title":"[^"\\]*","status":(\d{3}),/.exec(head)?.[1] ?? 200);
}
