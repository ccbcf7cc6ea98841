import type { Callers } from '../callers/callers.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import type { Way } from '../domain/application.ts';
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
  readonly lookup: (...asked: Parameters<Lookup>) => Promise<Way>;
  readonly sidecar: Pick<SidecarClient, 'forward'>;
  readonly ports: Omit<Ports, 'audit'>;
  /** The program that looks at large documents in a thread of its own. */
  readonly entry: URL;
}

/** Large bodies on their way to the sidecar, which takes one at a time, and how many more may wait for it. */
const ON_THEIR_WAY = { atOnce: 1, waiting: 3 };

/**
 * Listed applications are served here, all others by the sidecar; a lint asks no one. Whether the caller may is settled
 * before anybody else is asked anything. Large documents are looked at elsewhere, one by one: none holds up who has a
 * small one. A sidecar that hangs keeps neither the turns of large documents nor what small ones hold.
 */
export function door(at: Door): (incoming: Incoming) => Promise<Reply> {
  const oneByOne = createTurns(1, LARGE.atOnce + LARGE.waiting, 'large documents are read');
  const { atOnce, waiting } = ON_THEIR_WAY;
  const onTheirWay = createTurns(atOnce, waiting, 'large documents are on their way to the sidecar');
  return async (incoming) => {
    const { context, sent } = incoming;
    const giveBack = sent && isLarge(sent.bytes.length) ? await oneByOne.take(context.deadline) : undefined;
    let arrived: (() => void) | undefined;
    try {
      const way = await wayOf(incoming, giveBack !== undefined, at);
      if ('status' in way) return way;
      incoming.goes(way.way);
      if (way.way === 'listed') return await servePipeline(incoming, way, at.ports);
      giveBack?.();
      incoming.letGo();
      sent?.forget();
      if (giveBack) arrived = await onTheirWay.take(context.deadline);
      return await at.sidecar.forward(incoming, way.missingFrom);
    } finally {
      giveBack?.();
      arrived?.();
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
