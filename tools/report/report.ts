import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
const REPORTS = join(ROOT, 'docs/reports');

interface Report {
  readonly title: string;
  readonly description: string;
  /** Returns the body of the page in Markdown. */
  readonly make: () => Promise<string>;
}

/** The reports of `npm run report`; each is a file in docs/reports. */
const REPORTS_BY_NAME: Readonly<Record<string, Report>> = {
  tests: {
    title: 'Tests by area',
    description:
      "All tests of `npm test`. Seconds are the sum of the tests' own durations; test files run in parallel.",
    make: () => printed('npm', ['run', '--silent', 'test:report']),
  },
  performance: {
    title: 'Performance',
    description:
      'What `npm run bench` measured, and what it recommends for each aim that was missed. [performance.md](../performance.md) explains the method.',
    make: async () => {
      await printed('npm', ['run', '--silent', 'build']);
      return printed('npm', ['run', '--silent', 'bench']);
    },
  },
  check: {
    title: 'Post-deployment check',
    description:
      'Output of `birddog check --write` in the sandbox, where Birddog and the sidecar are real and everything else is emulated.',
    make: checkSandbox,
  },
};

async function checkSandbox(): Promise<string> {
  const sandbox = spawn('npm', ['start'], {
    cwd: ROOT,
    env: anyPorts(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => {
    sandbox.once('exit', resolve);
  });
  try {
    for await (const line of createInterface(sandbox.stdout)) {
      const url = /^ready (\S+)$/.exec(line)?.[1];
      if (url !== undefined) return fenced(await printed('bin/birddog', ['check', '--url', url, '--write']));
    }
    throw new Error('the sandbox exited before it was ready');
  } finally {
    sandbox.kill('SIGTERM');
    await ended;
  }
}

/** Returns the environment with a free port for each process of the sandbox. */
function anyPorts(): NodeJS.ProcessEnv {
  const names = ['BIRDDOG', 'BIRDDOG_OPS', 'SIDECAR', 'SIDECAR_OPS'];
  const emulators = ['DATADOG', 'LEANIX', 'SERVICENOW', 'VAULT'].map((name) => `${name}_EMULATOR`);
  return {
    ...process.env,
    ...Object.fromEntries([...names, ...emulators].map((name) => [`${name}_PORT`, '0'])),
  };
}

/** Returns what a command prints, even if it fails: reports show failures too. Rejects if it fails and prints nothing. */
async function printed(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const text = Buffer.concat(chunks).toString();
  if (text.trim() === '' && status !== 0)
    throw new Error(`${command} ${args.join(' ')} exited with status ${status}`);
  return status === 0 ? text : `**Exited with status ${status}.**\n\n${text}`;
}

const fenced = (text: string) => `\`\`\`text\n${text}\`\`\`\n`;

/** Returns the page of a report, with its date and machine. */
function pageOf({ title, description }: Report, body: string, now: Date): string {
  const generated = `Generated on ${now.toISOString().slice(0, 10)} by \`npm run report\`: ${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}.`;
  return `# ${title}\n\n${description}\n${generated}\n\n${body}`;
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(REPORTS_BY_NAME);
mkdirSync(REPORTS, { recursive: true });
for (const name of wanted) {
  const report = REPORTS_BY_NAME[name];
  if (!report)
    throw new Error(`unknown report "${name}"; known reports are ${Object.keys(REPORTS_BY_NAME).join(', ')}`);
  const page = pageOf(report, await report.make(), new Date());
  writeFileSync(join(REPORTS, `${name}.md`), page);
  console.log(`docs/reports/${name}.md`);
}
