import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
const REPORTS = join(ROOT, 'docs/reports');

interface Report {
  readonly title: string;
  readonly says: string;
  /** The body of the page, in Markdown. */
  readonly make: () => Promise<string>;
}

/** What `npm run report` writes, a file of docs/reports each. */
const REPORTS_BY_NAME: Readonly<Record<string, Report>> = {
  tests: {
    title: 'Tests, by area',
    says: 'Every test of `npm test`; the seconds are those of the tests themselves, which run side by side.',
    make: () => printed('npm', ['run', '--silent', 'test:report']),
  },
  performance: {
    title: 'Performance',
    says: 'What `npm run bench` measured, and what it recommends where an aim was missed; [performance.md](../performance.md) tells how.',
    make: async () => {
      await printed('npm', ['run', '--silent', 'build']);
      return printed('npm', ['run', '--silent', 'bench']);
    },
  },
  check: {
    title: 'Post-deployment check',
    says: 'What `birddog check --write` finds in the sandbox, where everything but Birddog itself is an emulator.',
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
    throw new Error('the sandbox ended before it was ready');
  } finally {
    sandbox.kill('SIGTERM');
    await ended;
  }
}

/** The environment with every port of the sandbox a free one. */
function anyPorts(): NodeJS.ProcessEnv {
  const names = ['BIRDDOG', 'BIRDDOG_OPS', 'SIDECAR', 'SIDECAR_OPS'];
  const emulators = ['DATADOG', 'LEANIX', 'SERVICENOW', 'VAULT'].map((name) => `${name}_EMULATOR`);
  return {
    ...process.env,
    ...Object.fromEntries([...names, ...emulators].map((name) => [`${name}_PORT`, '0'])),
  };
}

/** What a command prints, whatever its exit status: a report tells failures too. Rejects where it prints nothing. */
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
    throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
  return status === 0 ? text : `**It ended with status ${status}.**\n\n${text}`;
}

const fenced = (text: string) => `\`\`\`text\n${text}\`\`\`\n`;

/** A report as its page, with when and on what it was made. */
function pageOf({ title, says }: Report, body: string, now: Date): string {
  const made = `Made on ${now.toISOString().slice(0, 10)} by \`npm run report\`: ${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}.`;
  return `# ${title}\n\n${says}\n${made}\n\n${body}`;
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(REPORTS_BY_NAME);
mkdirSync(REPORTS, { recursive: true });
for (const name of wanted) {
  const report = REPORTS_BY_NAME[name];
  if (!report)
    throw new Error(`there is no report "${name}"; there are ${Object.keys(REPORTS_BY_NAME).join(', ')}`);
  const page = pageOf(report, await report.make(), new Date());
  writeFileSync(join(REPORTS, `${name}.md`), page);
  console.log(`docs/reports/${name}.md`);
}
