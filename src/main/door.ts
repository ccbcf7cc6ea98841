import type { Callers } from '../callers/callers.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import type { Incoming } from '../http/contract-app.ts';
import { type Reply, replyWith } from '../http/reply.ts';
import { isLarge } from '../http/sent-body.ts';
import { servePipeline } from '../http/serve-pipeline.ts';
import { createTurns } from '../http/turns.ts';
import { lintAnswer } from '../pipeline/pipeline.ts';
import type { Ports } from '../pipeline/ports.ts';
import { placed } from '../pipeline/refuse.ts';
import { firstLook } from './first-look.ts';
import { lookElsewhere } from './look-elsewhere.ts';
import type { SidecarClient } from './sidecar-client.ts';

/** Large bodies that are held at once, and how many more requests may wait to send theirs. */
export const LARGE = { atOnce: 2, waiting: 16 };

interface Door {
  readonly callers: Callers;
  readonly lookup: Lookup;
  readonly sidecar: SidecarClient;
  readonly ports: Omit<Ports, 'audit'>;
  /** The program that looks at large documents in a thread of its own. */
  readonly entry: URL;
}

/**
 * Listed applications are served here, all others by the sidecar; a lint asks no one. Whether the caller may is settled
 * before anybody else is asked anything. Large documents are looked at elsewhere, one by one: none holds up who has a
 * small one.
 */
export function door({
  callers,
  lookup,
  sidecar,
  ports,
  entry,
}: Door): (incoming: Incoming) => Promise<Reply> {
  const oneByOne = createTurns(1, LARGE.atOnce + LARGE.waiting, 'large documents are read');
  return async (incoming) => {
    const { operation, query, context, accept, sent } = incoming;
    const giveBack = sent && isLarge(sent.bytes.length) ? await oneByOne.take(context.deadline) : undefined;
    try {
      const body = sent && !giveBack ? { body: await sent.decoded() } : {};
      if (operation.verb === 'lint' && !giveBack) {
        const answer = lintAnswer({ query, ...body }, context.requestId);
        return replyWith(answer.status, answer.body, accept, context.requestId);
      }
      const looked =
        sent && giveBack
          ? await lookElsewhere(entry, incoming, sent)
          : firstLook({ operation, query, ...body });
      if ('status' in looked) return looked;
      const { application, aliases } = looked.subject;
      incoming.audit.isAbout({ query, body: { application } });
      callers.authorise(context.caller, looked.wants, looked.body);
      const way = await lookup(application, aliases, context).catch(placed(looked.body));
      incoming.goes(way.way);
      if (way.way === 'listed') return await servePipeline(incoming, way, ports);
      giveBack?.();
      return await sidecar.forward(incoming, way.missingFrom);
    } finally {
      giveBack?.();
    }
  };
}
