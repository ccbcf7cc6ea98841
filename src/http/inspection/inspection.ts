import type { RequiredPermission } from '../../auth/required-permissions.ts';
import type { Operation } from '../../contract/operations.ts';
import type { QueryName } from '../../contract/query-parameters.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Decoded, DecodeLimits, Format } from '../../format/decoded.ts';
import type { KnownRecipients } from '../../lint/recipients/known-recipients.ts';
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
  /** Returns the response of an operation that needs nothing but its body. */
  answer(): Promise<Reply>;
  /** Returns the decoded and linted content. */
  document(): Promise<Decoded>;
  /** Ends the work and releases its memory and process. Later calls do nothing. */
  close(): void;
}

/** The first inspection of a body: the application that it names, and the permissions that its caller needs. */
export interface Preflight {
  readonly subject: Subject;
  readonly wants: readonly RequiredPermission[];
  /** Locates the parts of the body that a refusal can point at. */
  readonly body: Pick<Decoded, 'locate'>;
}

/** Returns the preflight of a decoded body. Each process has its own, because the sidecar checks no permissions. */
export type PreflightOf = (request: Inspected) => Pick<Preflight, 'subject' | 'wants'>;

/** A request with a decoded body. */
export type Inspected = Required<Pick<PipelineRequest, 'operation' | 'query' | 'body'>>;

/** A request with a body to inspect. */
export interface InspectionRequest {
  readonly operation: Operation;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  readonly accept: 'json' | 'yaml';
  readonly context: PipelineRequest['context'];
  /** Every recipient, for `/lint`; undefined if there is no list of all of them. */
  readonly recipients?: KnownRecipients | undefined;
  /** The folder of further packs. */
  readonly packFolder?: string | undefined;
  /** Called as soon as the application, key and id in the body are known. */
  readonly onAbout: (about: JsonObject) => void;
  /** Reserves memory (bytes) for a decoded document before it is built in this process. Throws `busy`. */
  readonly reserve: (bytes: number) => void;
}

/** A request body as received. */
export interface SentBody {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly format: Format;
  readonly limits: DecodeLimits;
}
