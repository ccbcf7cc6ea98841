import type { ObjectPort } from '../pipeline/ports.ts';
import { objectPath } from './object-path.ts';
import type { Request } from './request.ts';
import { parseWrittenObject } from './response-objects.ts';

/** Returns the methods of a port that write the objects of a collection, such as `/api/v1/monitor`. */
export function objectWrites(
  request: Request,
  collection: string,
): Pick<ObjectPort, 'create' | 'update' | 'delete'> {
  const at = (id: string) => objectPath(collection, id);
  const all = { path: collection, route: collection };
  return {
    create: async (body, context, attempts) =>
      parseWrittenObject(await request({ method: 'POST', ...all, body, attempts }, context)),
    update: async (id, body, context, attempts) =>
      parseWrittenObject(await request({ method: 'PUT', ...at(id), body, attempts }, context)),
    async delete(id, context, attempts) {
      await request({ method: 'DELETE', ...at(id), attempts }, context);
    },
  };
}
