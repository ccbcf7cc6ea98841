import type { RequiredPermission } from '../../auth/required-permissions.ts';
import type { Operation, QueryName } from '../../contract/operations.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Decoded, DecodeLimits, Format } from '../../format/decoded.ts';
import type { PipelineRequest } from '../../pipeline/request.ts';
import type { Subject } from '../../pipeline/subject.ts';
import type { Reply } from '../../runtime/reply.ts';

/**
 * The stepwise inspection of a body. Small bodies are decoded and linted in this process, others in a separate process that
 * can be killed. Every step throws the errors of `decode`, `busy`, `too_large` and `deadline_exceeded`.
 */
export interface Inspection {
  /** Returns what is needed to authorize and route the request. Throws `invalid` if the body names no application. */
  preflight(): Promise<Preflight>;
  /** The answer to `/lint`. */
  lint(): Promise<Reply>;
  /** The content, decoded and linted. */
  document(): Promise<Decoded>;
  /** Ends the work and releases what it holds. A second call changes nothing. */
  close(): void;
}

/** The first inspection of a body: what it is about, and what its caller needs permissions for. */
export interface Preflight {
  readonly subject: Subject;
  readonly wants: readonly RequiredPermission[];
  /** Where the parts are that a caller or a catalog may be refused for. */
  readonly body: Pick<Decoded, 'locate'>;
}

/** What a preflight finds in a decoded body; the process decides, because the sidecar checks no permissions. */
export type PreflightOf = (request: Inspected) => Pick<Preflight, 'subject' | 'wants'>;

/** A request with a decoded body. */
export type Inspected = Required<Pick<PipelineRequest, 'operation' | 'query' | 'body'>>;

/** A request whose body is to be inspected. */
export interface InspectionRequest {
  readonly operation: Operation;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  readonly accept: 'json' | 'yaml';
  readonly context: PipelineRequest['context'];
  /** Told, as soon as it is known, which application, key and id the body names. */
  readonly onAbout: (about: JsonObject) => void;
  /** Reserves memory (bytes) for a decoded document before it is put together here. Throws `busy`. */
  readonly reserve: (bytes: number) => void;
}

/** A request body as received. */
export interface SentBody {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly format: Format;
  readonly limits: DecodeLimits;
}
