import type { DecodeLimits, Format } from '../format/decoded.ts';

/** A body as it was sent. */
export interface SentBody {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly format: Format;
  readonly limits: DecodeLimits;
}
