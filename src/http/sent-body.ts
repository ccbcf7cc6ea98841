import type { DecodeLimits, Format } from '../format/decoded.ts';

/** A request body as received. */
export interface SentBody {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly format: Format;
  readonly limits: DecodeLimits;
}
