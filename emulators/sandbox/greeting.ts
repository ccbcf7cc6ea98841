import type { Addresses } from './sandbox.ts';
import type { Settings } from './settings.ts';

const ALERT = {
  application: 'payments-batch',
  team: 'payments',
  alert: {
    title: 'The payment queue is deep',
    signal: { metric: 'payments.queue.depth', by: ['host'] },
    condition: { over: '5m', above: 1000 },
    notify: [{ to: ['@slack-payments'] }],
  },
};
const MONITOR = {
  application: 'checkout',
  team: 'shop',
  monitor: {
    type: 'query alert',
    name: 'Checkout is slow',
    query: 'avg(last_5m):avg:checkout.latency{env:prod} > 2',
  },
};

/** What the person at the terminal is told: where everything is, which applications there are, what to try. */
export function greeting({ realDatadog }: Settings, at: Addresses): string {
  const site = realDatadog?.DATADOG_SITE;
  return `
Birddog is up, on emulators of ${site ? `LeanIX, ServiceNow and Vault, and on the real Datadog at ${site}` : 'everything: nothing leaves this machine'}.

  Birddog       ${at.birddog}   (to read: ${at.birddog}/docs)
    its ops     ${at.birddogOps}
  sidecar       ${at.sidecar}  (mutual TLS: lets Birddog in alone)
    its ops     ${at.sidecarOps}
  Datadog       ${at.datadog ?? site}
  LeanIX        ${at.leanix}
  ServiceNow    ${at.servicenow}
  Vault         ${at.vault}

Applications that it knows:

${site ? realApplications(site) : APPLICATIONS}

Three commands to try${site ? `; they write to the real Datadog at ${site}` : ''}:

${tryCommands(at.birddog)
  .map((command) => `  ${command}`)
  .join('\n')}

`;
}

const APPLICATIONS = `  checkout         listed in all three of Datadog, LeanIX and ServiceNow: Birddog serves it itself
  payments-batch   in none of them: the sidecar serves it
  legacy-crm       in LeanIX alone: the sidecar serves it`;

const realApplications = (
  site: string,
) => `  checkout         in LeanIX and ServiceNow; listed if the catalog at ${site} has it too
  payments-batch   in neither: the sidecar serves it
  legacy-crm       in LeanIX alone: the sidecar serves it`;

function tryCommands(birddog: string): string[] {
  const post = (path: string, body: object) =>
    `curl -sS ${birddog}${path} -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  return [
    post('/create_alert', ALERT),
    `curl -sS '${birddog}/get_alerts?application=${ALERT.application}' -H 'Accept: application/yaml'`,
    post('/create_monitor', MONITOR),
  ];
}
