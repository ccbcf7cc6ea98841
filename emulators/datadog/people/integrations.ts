import { json } from '../../server/emulator-server.ts';
import { seedById } from '../collection.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Organisation } from '../organisation.ts';
import type { RawObject } from '../raw-json.ts';
import type { EndpointGroup } from '../route.ts';

const SLACK = '/api/v1/integration/slack';
const TEAMS = '/api/v2/integration/ms-teams/configuration';

/**
 * Serves the recipients of integrations, which can only be seeded: Slack channels (`account` and `name`), Opsgenie services and
 * handles of Microsoft Teams. Without a Slack channel, the Slack integration is not installed.
 */
export function integrations(organisation: Organisation): EndpointGroup {
  const channels = organisation.collection('slack_channels');
  const opsgenie = organisation.collection('opsgenie_services');
  const tenantHandles = organisation.collection('ms_teams_handles');
  const workflowHandles = organisation.collection('ms_teams_workflow_handles');

  const accounts = () => [...new Set(channels.all().map(({ account }) => String(account)))];

  function slack(): RawObject {
    if (channels.size === 0) throw new DatadogError(404, 'slack integration not found');
    return {
      service_hooks: accounts().map((account) => ({ account, url: 'https://hooks.slack.com/services/***' })),
      channels: [],
    };
  }

  return {
    routes: [
      { method: 'GET', path: SLACK, run: () => json(200, slack()) },
      {
        method: 'GET',
        path: `${SLACK}/configuration/accounts/:account_name/channels`,
        run: ({ params }) => {
          const account = decodeURIComponent(params['account_name'] ?? '');
          if (!accounts().includes(account)) throw new DatadogError(404, 'Slack account not found');
          const own = channels.all().filter((channel) => channel['account'] === account);
          return json(
            200,
            own.map(({ name }) => ({ name: `#${String(name)}`, display: {} })),
          );
        },
      },
      {
        method: 'GET',
        path: '/api/v2/integration/opsgenie/services',
        run: () => json(200, { data: opsgenie.all() }),
      },
      {
        method: 'GET',
        path: `${TEAMS}/tenant-based-handles`,
        run: () => json(200, { data: tenantHandles.all() }),
      },
      {
        method: 'GET',
        path: `${TEAMS}/workflows-webhook-handles`,
        run: () => json(200, { data: workflowHandles.all() }),
      },
    ],
    seeds: {
      slack_channels: seedById(channels),
      opsgenie_services: seedById(opsgenie),
      ms_teams_handles: seedById(tenantHandles),
      ms_teams_workflow_handles: seedById(workflowHandles),
    },
  };
}
