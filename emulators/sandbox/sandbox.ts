import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, portFaults } from './ports.ts';
import {
  type ExtraEnv,
  FILES,
  type ProcessName,
  processSpec,
  STAGES,
  type ProcessContext,
} from './processes.ts';
import type { Settings } from './settings.ts';
import type { Supervisor } from './supervisor.ts';

/** What the Vault emulator takes for the pod's service account token. */
const SERVICE_ACCOUNT_TOKEN = 'sandbox-jwt';
const READY_TRIES = { count: 100, everyMs: 100 };

/** Where the parts of the sandbox answer. */
export interface Addresses {
  readonly birddog: string;
  readonly birddogOps: string;
  readonly sidecar: string;
  readonly sidecarOps: string;
  /** Undefined where the real Datadog is used. */
  readonly datadog: string | undefined;
  readonly leanix: string;
  readonly servicenow: string;
  readonly vault: string;
}

/**
 * Starts every process in turn and waits until Birddog is ready. `folder` takes the secrets. Rejects with Error in
 * words for the person at the terminal; the supervisor then still has to be stopped.
 */
export async function startSandbox(
  settings: Settings,
  folder: string,
  supervisor: Supervisor,
  extra: ExtraEnv = {},
): Promise<Addresses> {
  const faults = await portFaults(settings.ports);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  await writeFile(join(folder, FILES.serviceAccountToken), SERVICE_ACCOUNT_TOKEN, { mode: 0o600 });
  const said = (name: ProcessName, word = 'ready') => supervisor.child(name).said(word);
  const context: ProcessContext = { settings: await withSidecarPorts(settings), folder, url: said };
  for (const stage of STAGES) {
    const names = stage.filter((name) => name !== 'datadog' || !settings.realDatadog);
    await Promise.all(names.map((name) => supervisor.start(processSpec(name, context, extra))));
  }
  await untilReady(said('serve'));
  return {
    birddog: said('serve'),
    birddogOps: said('serve', 'ops'),
    sidecar: said('sidecar'),
    sidecarOps: said('sidecar', 'ops'),
    datadog: settings.realDatadog ? undefined : said('datadog'),
    leanix: said('leanix'),
    servicenow: said('servicenow'),
    vault: said('vault'),
  };
}

/** The sidecar must come back at the port it had, so a free one is chosen for it here. */
async function withSidecarPorts(settings: Settings): Promise<Settings> {
  const { ports } = settings;
  const SIDECAR_PORT = ports.SIDECAR_PORT || (await freePort());
  const SIDECAR_OPS_PORT = ports.SIDECAR_OPS_PORT || (await freePort());
  return { ...settings, ports: { ...ports, SIDECAR_PORT, SIDECAR_OPS_PORT } };
}

async function untilReady(url: string): Promise<void> {
  let last = '';
  for (let tries = 0; tries < READY_TRIES.count; tries += 1) {
    try {
      const answer = await fetch(`${url}/readyz`);
      if (answer.status === 200) return;
      last = `answers ${answer.status} ${await answer.text()}`;
    } catch {
      last = 'does not answer';
    }
    await new Promise((resolve) => setTimeout(resolve, READY_TRIES.everyMs));
  }
  throw new Error(`Birddog did not become ready; ${url}/readyz ${last}`);
}
