import { greeting } from './greeting.ts';
import { shownLine } from './log-lines.ts';
import { startSandbox } from './sandbox.ts';
import { makeSecretsFolder, type SecretsFolder } from './secrets-folder.ts';
import { readSettings } from './settings.ts';
import { createSupervisor } from './supervisor.ts';

/** How often (ms) it is looked whether the parent is still there. */
const LOOK_FOR_PARENT = 500;

const say = (text: string) => process.stderr.write(`${text}\n`);
let folder: SecretsFolder | undefined;
let up = false;
let ending = false;

async function end(status: number, reason?: string): Promise<void> {
  if (ending) return;
  ending = true;
  if (reason !== undefined) say(`birddog sandbox: ${reason}`);
  await supervisor.stop();
  await folder?.remove();
  process.exit(status);
}

const supervisor = createSupervisor(
  (name, line) => {
    // A process that does not come up is told with its last lines.
    const shown = up || line.startsWith('{') ? shownLine(name, line) : undefined;
    if (shown !== undefined) say(shown);
  },
  (reason) => void end(1, reason),
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
// npm that is killed with KILL passes nothing on.
const parent = process.ppid;
setInterval(() => process.ppid === parent || void end(0), LOOK_FOR_PARENT).unref();
// Whoever reads the output may have read enough.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

try {
  const settings = readSettings(process.env);
  for (const notice of settings.notices) say(notice);
  folder = makeSecretsFolder(process.env);
  const addresses = await startSandbox(settings, folder.path, supervisor);
  up = true;
  process.stdout.write(`${greeting(settings, addresses)}ready ${addresses.birddog}\n`);
} catch (error) {
  await end(1, error instanceof Error ? error.message : String(error));
}
