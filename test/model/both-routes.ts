import type { Route } from '../../src/domain/application.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { printJson } from '../../src/domain/json.ts';
import { onPinnedRoute } from '../../src/main/router.ts';
import { settleOnce } from '../../src/pipeline/settler.ts';
import { startInProcess } from '../documents-in-process.ts';
import type { emulatedDatadog } from '../emulated-datadog.ts';

const APPLICATION = 'app';
const ROUTES: Readonly<Record<Route['route'], Route>> = {
  listed: { route: 'listed', service: 'app-service' },
  unlisted: { route: 'unlisted', missingFrom: ['datadog'] },
};

export type BothRoutes = ReturnType<typeof startBothRoutes>;

/** Starts the pipelines of both containers, each with its own ledger, and sends each write to one as Birddog's router does. */
export function startBothRoutes(world: ReturnType<typeof emulatedDatadog>) {
  const containers = {
    listed: startInProcess({ world, route: ROUTES.listed }),
    unlisted: startInProcess({ world, route: ROUTES.unlisted }),
  };
  const both = Object.values(containers);
  let isListed = false;
  const send = (...[path, sent, query, ms = 25_000]: Parameters<(typeof containers)['listed']['send']>) => {
    const { ledger, settleMs } = containers.listed.ports;
    const route = isListed ? ROUTES.listed : ROUTES.unlisted;
    const write = { application: APPLICATION, route, holdMs: ms + settleMs };
    return onPinnedRoute(ledger, write, (pinned, onMayStillLand) =>
      containers[pinned.route].send(path, sent, query, ms, onMayStillLand),
    );
  };
  const ask = async (path: string, body: JsonObject, query?: Parameters<typeof send>[2], ms?: number) =>
    (await send(path, { text: printJson(body), format: 'json' }, query, ms)).body;
  return {
    ...world,
    send,
    ask,
    apply: (document: JsonObject, query?: Parameters<typeof send>[2], ms?: number) =>
      ask('/apply', document, query, ms),
    /** The catalogs list the application, or no longer do. */
    changeListing: () => {
      isListed = !isListed;
    },
    /** The settlers of both containers do a round. */
    async settle() {
      for (const { ports } of both) await settleOnce(ports);
    },
    unsettled: async () => (await Promise.all(both.map(({ ports }) => ports.ledger.unsettled()))).flat(),
  };
}
