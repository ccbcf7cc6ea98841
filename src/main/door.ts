import type { Callers } from '../callers/callers.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import type { Way } from '../domain/application.ts';
import type { Incoming } from '../http/contract-app.ts';
import { type Reply, replyWith } from '../http/reply.ts';
import { isLarge } from '../http/sent-body.ts';
import { servePipeline } from '../http/serve-pipeline.ts';
import { createSemaphore } from '../http/semaphore.ts';
import { lintAnswer } from '../pipeline/pipeline.ts';
import type { Ports } from '../pipeline/ports.ts';
import { placed } from '../pipeline/refuse.ts';
import { firstLook } from './first-look.ts';
import { lookElsewhere } from './look-elsewhere.ts';
import type { SidecarClient } from './sidecar-client.ts';

/** Large bodies that are inspected at once; each caller has one at a time. */
const LARGE = { maxConcurrent: 2, maxConcurrentPerCaller: 1, maxWaiting: 16, maxWaitingPerCaller: 8 };

interface Door {
  readonly callers: Callers;
  readonly lookup: (...asked: Parameters<Lookup>) => Promise<Way>;
  readonly sidecar: Pick<SidecarClient, 'forward'>;
  readonly ports: Omit<Ports, 'audit'>;
  /** The program that looks at large documents in a thread of its own. */
  readonly entry: URL;
}

/** Large bodies that are forwarded to the sidecar at once, so that they leave it the rest of its connections. */
const FORWARDED = { maxConcurrent: 2, maxConcurrentPerCaller: 1, maxWaiting: 4, maxWaitingPerCaller: 2 };

/**
 * Serves listed applications here and forwards all others to the sidecar; a lint needs neither. Checks the caller's
 * permissions before anybody else is asked. Large documents are inspected apart from this thread. A sidecar that hangs keeps
 * neither the slots of large documents nor the memory of small ones.
 */
export function door(at: Door): (incoming: Incoming) => Promise<Reply> {
  const slots = createSemaphore(LARGE, 'large documents in progress');
  const forwards = createSemaphore(FORWARDED, 'large documents in progress in the sidecar');
  return async (incoming) => {
    const { context, sent } = incoming;
    const { caller, deadline } = context;
    const large = isLarge(sent?.bytes.length ?? 0);
    let release = large ? await slots.acquire(caller, deadline) : undefined;
    try {
      const way = await wayOf(incoming, large, at);
      if ('status' in way) return way;
      incoming.goes(way.way);
      if (way.way === 'listed') return await servePipeline(incoming, way, at.ports);
      release?.();
      incoming.releaseMemory();
      sent?.forget();
      release = large ? await forwards.acquire(caller, deadline) : undefined;
      return await at.sidecar.forward(incoming, way.missingFrom);
    } finally {
      release?.();
    }
  };
}

/** Which way a request goes, where its caller may; or its answer, where it asks for no more than a look. */
async function wayOf(
  incoming: Incoming,
  large: boolean,
  { callers, lookup, entry }: Door,
): Promise<Way | Reply> {
  const { operation, query, context, accept, sent } = incoming;
  const body = sent && !large ? { body: await sent.decoded() } : {};
  if (operation.verb === 'lint' && !large) {
    const answer = lintAnswer({ query, ...body }, context.requestId);
    return replyWith(answer.status, answer.body, accept, context.requestId);
  }
  const looked =
    sent && large ? await lookElsewhere(entry, incoming, sent) : firstLook({ operation, query, ...body });
  if ('status' in looked) return looked;
  const { application, aliases } = looked.subject;
  incoming.audit.isAbout({ query, body: { application } });
  callers.authorise(context.caller, looked.wants, looked.body);
  return lookup(application, aliases, context).catch(placed(looked.body));
}
