import { createHash } from 'node:crypto';
import type { EmulatorRequest, EmulatorResponse } from '../server/emulator-server.ts';
import type { Organisation } from './organisation.ts';
import { parseRaw, pickFields, isRawObject, type RawObject } from './raw-json.ts';

/** A write of a monitor or dashboard that was carried out. */
interface AcceptedWrite {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly kind: 'monitor' | 'dashboard';
  readonly id: string;
  /** SHA-256 of the body of the request, in hexadecimal. */
  readonly digest: string;
  /** Name, tags, title, description and type of the object: after the write, or before a delete. */
  readonly object: RawObject;
}

const PATH = /^\/api\/v1\/(monitor|dashboard)(?:\/([^/]+))?$/;
const FIELDS = ['name', 'type', 'tags', 'title', 'description'];

/** Lists every accepted write of monitors and dashboards, so that a test can judge what its processes wrote. */
export class WriteLog {
  readonly writes: AcceptedWrite[] = [];
  readonly #organisation: Organisation;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
  }

  /** Carries out a request and records it if it is an accepted write. */
  record(request: EmulatorRequest, run: () => EmulatorResponse): EmulatorResponse {
    const { method, path, body } = request;
    const [, kind, pathId] = PATH.exec(path) ?? [];
    const isWrite = method === 'POST' ? pathId === undefined : method === 'PUT' || method === 'DELETE';
    if (!isWrite || (kind !== 'monitor' && kind !== 'dashboard')) return run();
    const before = this.#object(kind, pathId);
    const response = run();
    const id = pathId ?? idIn(response);
    if (response.status >= 300 || id === undefined) return response;
    const object = before && method === 'DELETE' ? before : this.#object(kind, id);
    this.writes.push({
      at: this.#organisation.now(),
      method: method === 'POST' || method === 'PUT' ? method : 'DELETE',
      kind,
      id,
      digest: createHash('sha256').update(body).digest('hex'),
      object: pickFields(object ?? {}, FIELDS),
    });
    return response;
  }

  #object(kind: AcceptedWrite['kind'], id: string | undefined): RawObject | undefined {
    return this.#organisation.collection(`${kind}s`).get(id);
  }
}

function idIn({ body = '' }: EmulatorResponse): string | undefined {
  const created = parseRaw(body);
  return isRawObject(created) && created['id'] !== undefined ? String(created['id']) : undefined;
}
