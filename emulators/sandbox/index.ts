import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoMonitors } from './demo-monitors.ts';
import { DEMO_GENERATORS } from './demo-series.ts';
import { greeting } from './greeting.ts';
import { terminalLine } from './log-lines.ts';
import { type ExtraEnv, FILES } from './processes.ts';
import { startSandbox } from './sandbox.ts';
import { makeSecretsFolder, type SecretsFolder } from './secrets-folder.ts';
import { readSettings, type Settings } from './settings.ts';
import { createSupervisor } from './supervisor.ts';

const PARENT_POLL_MS = 500;

const print = (text: string) => process.stderr.write(`${text}\n`);
let folder: SecretsFolder | undefined;
let ready = false;
let stopping = false;

async function stop(status: number, reason?: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (reason !== undefined) print(`birddog sandbox: ${reason}`);
  await supervisor.stop();
  await folder?.remove();
  process.exit(status);
}

/** Writes the objects of the applications `demo-*`, which Datadog's emulator adds unless the environment names others. */
function withDemo({ env }: Settings, path: string): ExtraEnv {
  if (env['DATADOG_EMULATOR_SEED'] !== undefined) return {};
  const file = join(path, FILES.demo);
  writeFileSync(file, JSON.stringify({ generators: DEMO_GENERATORS, monitors: demoMonitors(Date.now()) }));
  return { datadog: { DATADOG_EMULATOR_SEED: file } };
}

const supervisor = createSupervisor(
  (name, line) => {
    // Plain lines are hidden during the start: the error of a process that fails contains its last lines.
    const text = ready || line.startsWith('{') ? terminalLine(name, line) : undefined;
    if (text !== undefined) print(text);
  },
  (reason) => void stop(1, reason),
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop(0, `stops: it received ${signal}`));
// npm does not forward SIGKILL, so the sandbox polls for its parent.
const parent = process.ppid;
setInterval(
  () => process.ppid === parent || void stop(0, 'stops: the process that started it has ended'),
  PARENT_POLL_MS,
).unref();
// The reader of the output may close it early.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

try {
  const settings = readSettings(process.env);
  for (const notice of settings.notices) print(notice);
  folder = makeSecretsFolder(process.env);
  const extra = withDemo(settings, folder.path);
  const addresses = await startSandbox(settings, folder.path, supervisor, extra, (text) =>
    print(`birddog sandbox: ${text}`),
  );
  ready = true;
  process.stdout.write(`${greeting(settings, addresses)}ready ${addresses.birddog}\n`);
} catch (error) {
  await stop(1, error instanceof Error ? error.message : String(error));
}
