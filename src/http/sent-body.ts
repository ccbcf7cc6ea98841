import { decode } from '../format/decode.ts';
import { type Decoded, type DecodeLimits, type Format, OBJECT_LIMITS } from '../format/decoded.ts';

/** A body as it was sent. */
export interface SentBody {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly format: Format;
  readonly limits: DecodeLimits;
  /** What it holds; read once, however often it is asked for. Throws ProblemError as `decode` does. */
  decoded(): Promise<Decoded>;
  /** Keeps the bytes alone: what they hold takes ten times their memory. */
  forget(): void;
}

/** A body that nothing has been read from yet. */
export function sentBody(bytes: Buffer, contentType: string, format: Format, limits: DecodeLimits): SentBody {
  let reading: Promise<Decoded> | undefined;
  return {
    bytes,
    contentType,
    format,
    limits,
    decoded: () => (reading ??= decode(bytes, format, limits)),
    forget() {
      reading = undefined;
    },
  };
}

/** Whether a body of this size (bytes) would keep the process that reads it from others. */
export function isLarge(size: number): boolean {
  return size > OBJECT_LIMITS.bytes;
}
