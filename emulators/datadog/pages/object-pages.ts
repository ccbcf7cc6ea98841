import type { EmulatorRequest, EmulatorResponse } from '../../server/emulator-server.ts';
import type { Organisation } from '../organisation.ts';
import { type Route, routeFinder } from '../route.ts';
import { dashboardPage } from './dashboard-page.ts';
import { html, pageResponse } from './html.ts';
import { monitorPage } from './monitor-page.ts';

/**
 * Returns a function that serves the web pages of monitors and dashboards, at the addresses of Datadog's own. Pages need no
 * keys, as a browser has none. It returns undefined for any other request.
 */
export function objectPages(organisation: Organisation) {
  const dashboard: Route['run'] = ({ params }) => {
    const found = organisation.collection('dashboards').get(params['id']);
    return found ? dashboardPage(found) : notFound('dashboard');
  };
  const find = routeFinder([
    {
      method: 'GET',
      path: '/monitors/:id',
      run: ({ params }) => {
        const found = organisation.collection('monitors').get(params['id']);
        return found ? monitorPage(found) : notFound('monitor');
      },
    },
    { method: 'GET', path: '/dashboard/:id', run: dashboard },
    { method: 'GET', path: '/dashboard/:id/:title', run: dashboard },
  ]);
  return ({ method, path, query, headers, body: text }: EmulatorRequest): EmulatorResponse | undefined => {
    const match = find(method, path);
    return match?.route.run({ params: match.params, query, text, headers, body: {} });
  };
}

function notFound(kind: string): EmulatorResponse {
  return pageResponse(
    404,
    `There is no such ${kind}`,
    html`<p>The emulated Datadog has no ${kind} with this id.</p>`,
  );
}
