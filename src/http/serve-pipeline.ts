import type { Route } from '../domain/application.ts';
import { execute } from '../pipeline/pipeline.ts';
import type { Ports } from '../pipeline/ports.ts';
import { readAll } from '../pipeline/read-all.ts';
import type { Incoming } from './contract-app.ts';
import { type Reply, replyWith } from '../runtime/reply.ts';

/** Runs a request through the pipeline and encodes the response in the requested format. */
export async function servePipeline(
  incoming: Incoming,
  route: Route,
  ports: Omit<Ports, 'audit'>,
): Promise<Reply> {
  const { operation, query, context, accept, inspection, audit } = incoming;
  const request = {
    operation,
    query,
    context,
    route: route,
    ...(inspection ? { body: await inspection.document() } : {}),
  };
  const { status, body } = await execute(request, { ...ports, audit: audit.wrote });
  audit.done();
  return replyWith(status, body, accept, context.requestId);
}

/** Lists the objects of all applications that the caller may read, and encodes the response in the requested format. */
export async function serveReadAll(
  { operation, query, context, accept, audit }: Incoming,
  mayRead: (application: string) => boolean,
  ports: Pick<Ports, 'monitor' | 'dashboard' | 'clock'>,
): Promise<Reply> {
  const { status, body } = await readAll({ operation, query, context, mayRead }, ports);
  audit.done();
  return replyWith(status, body, accept, context.requestId);
}
