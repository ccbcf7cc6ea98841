import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, portErrors } from './ports.ts';
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

/** The service account token that the Vault emulator accepts. */
const SERVICE_ACCOUNT_TOKEN = 'sandbox-jwt';
const READY_POLL = { maxAttempts: 100, intervalMs: 100 };

/** The addresses of the parts of the sandbox. */
export interface Addresses {
  readonly birddog: string;
  readonly birddogOps: string;
  readonly sidecar: string;
  readonly sidecarOps: string;
  /** Undefined if the sandbox uses the real Datadog. */
  readonly datadog: string | undefined;
  readonly leanix: string;
  readonly servicenow: string;
  readonly vault: string;
}

/**
 * Starts all processes, stage by stage, and waits until Birddog is ready. Stores the secrets in `folder`. Calls `onProgress`
 * before each stage. Rejects with an
 * Error for the terminal; the caller must then stop the supervisor.
 */
export async function startSandbox(
  settings: Settings,
  folder: string,
  supervisor: Supervisor,
  extra: ExtraEnv = {},
  onProgress: (text: string) => void = () => {},
): Promise<Addresses> {
  const errors = await portErrors(settings.ports);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  await writeFile(join(folder, FILES.serviceAccountToken), SERVICE_ACCOUNT_TOKEN, { mode: 0o600 });
  const announced = (name: ProcessName, word = 'ready') => supervisor.child(name).announced(word);
  const context: ProcessContext = { settings: await withSidecarPorts(settings), folder, url: announced };
  for (const stage of STAGES) {
    const names = stage.filter((name) => name !== 'datadog' || !settings.realDatadog);
    onProgress(`starting ${names.join(', ')}`);
    await Promise.all(names.map((name) => supervisor.start(processSpec(name, context, extra))));
  }
  onProgress('waiting until Birddog is ready');
  await untilReady(announced('serve'));
  return {
    birddog: announced('serve'),
    birddogOps: announced('serve', 'ops'),
    sidecar: announced('sidecar'),
    sidecarOps: announced('sidecar', 'ops'),
    datadog: settings.realDatadog ? undefined : announced('datadog'),
    leanix: announced('leanix'),
    servicenow: announced('servicenow'),
    vault: announced('vault'),
  };
}

/** Chooses free ports for the sidecar, which must keep its ports after a restart. */
async function withSidecarPorts(settings: Settings): Promise<Settings> {
  const { ports } = settings;
  const SIDECAR_PORT = ports.SIDECAR_PORT || (await freePort());
  const SIDECAR_OPS_PORT = ports.SIDECAR_OPS_PORT || (await freePort());
  return { ...settings, ports: { ...ports, SIDECAR_PORT, SIDECAR_OPS_PORT } };
}

async function untilReady(url: string): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < READY_POLL.maxAttempts; attempt += 1) {
    try {
      const response = await fetch(`${url}/readyz`);
      if (response.status === 200) return;
      last = `answers ${response.status} ${await response.text()}`;
    } catch {
      last = 'does not answer';
    }
    await new Promise((resolve) => setTimeout(resolve, READY_POLL.intervalMs));
  }
  throw new Error(`Birddog did not become ready; ${url}/readyz ${last}`);
}
