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

/** Returns the text for the terminal: the addresses, the known applications and commands to try. */
export function greeting({ realDatadog }: Settings, at: Addresses): string {
  const site = realDatadog?.DATADOG_SITE;
  return `
Birddog is running with emulators of ${site ? `LeanIX, ServiceNow and Vault, and with the real Datadog at ${site}` : 'Datadog, LeanIX, ServiceNow and Vault: nothing leaves this machine'}.

  Birddog       ${at.birddog}   (documentation: ${at.birddog}/docs)
    ops port    ${at.birddogOps}
  sidecar       ${at.sidecar}  (mutual TLS: accepts only Birddog)
    ops port    ${at.sidecarOps}
  Datadog       ${at.datadog ?? site}
  LeanIX        ${at.leanix}
  ServiceNow    ${at.servicenow}
  Vault         ${at.vault}

Known applications:

${site ? realApplications(site) : APPLICATIONS}

Three commands to try${site ? `; they write to the real Datadog at ${site}` : ''}:

${tryCommands(at.birddog)
  .map((command) => `  ${command}`)
  .join('\n')}
${site ? '' : preview(at.birddog)}
`;
}

const preview = (birddog: string) => `
What an alert has done in the last week, and would do with other thresholds (in the folder of Birddog):

  npm run --silent birddog -- preview --url ${birddog} --application demo-payments --key queue-depth
`;

const APPLICATIONS = `  checkout         listed in Datadog, LeanIX and ServiceNow: Birddog serves it itself
  payments-batch   listed in none of them: the sidecar serves it
  legacy-crm       listed only in LeanIX: the sidecar serves it
  demo-payments, demo-platform, demo-shop   listed in none of them; each has alerts with a week of history`;

const realApplications = (
  site: string,
) => `  checkout         listed in LeanIX and ServiceNow, and in Datadog if the catalog at ${site} contains it
  payments-batch   listed in neither: the sidecar serves it
  legacy-crm       listed only in LeanIX: the sidecar serves it`;

function tryCommands(birddog: string): string[] {
  const post = (path: string, body: object) =>
    `curl -sS ${birddog}${path} -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  return [
    post('/create_alert', ALERT),
    `curl -sS '${birddog}/get_alerts?application=${ALERT.application}' -H 'Accept: application/yaml'`,
    post('/create_monitor', MONITOR),
  ];
}
