import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import { z } from 'zod';
import { ended, ROOT } from './acceptance/birddog-command.ts';
import { type FakeGithub, REPOSITORY } from './fake-github.ts';

export const ACTION = join(ROOT, 'integrations/github-action');

const step = z.strictObject({
  name: z.string(),
  id: z.string().optional(),
  if: z.string().optional(),
  shell: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  run: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
});
const schema = z.strictObject({
  name: z.string(),
  description: z.string(),
  inputs: z.record(
    z.string(),
    z.strictObject({
      description: z.string(),
      required: z.boolean().optional(),
      default: z.string().optional(),
    }),
  ),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
  runs: z.strictObject({ using: z.literal('composite'), steps: z.array(step) }),
});

/** The parsed action.yml. */
export const action = schema.parse(load(readFileSync(join(ACTION, 'action.yml'), 'utf8')));

/** What one run of the action gets from its workflow and from GitHub. */
export interface Run {
  readonly inputs: Readonly<Record<string, string>>;
  readonly event: object;
  /** GITHUB_SHA. */
  readonly sha: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The checkout. */
  readonly workspace: string;
}
export interface RunResult {
  readonly status: number;
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The runner has its own Node.js, not that of this repository. */
const FOLDERS = (process.env['PATH']?.split(delimiter) ?? []).filter(
  (path) => !path.endsWith('node_modules/.bin'),
);

/** Runs the steps of action.yml as a runner does, with the artifacts of the fake. */
export async function runAction(github: FakeGithub, run: Run): Promise<RunResult> {
  const temp = mkdtempSync(join(tmpdir(), 'birddog-action-'));
  const files = {
    event: join(temp, 'event.json'),
    summary: join(temp, 'summary.md'),
    output: join(temp, 'output'),
  };
  writeFileSync(files.event, JSON.stringify(run.event));
  writeFileSync(files.summary, '');
  const outputs = new Map<string, Record<string, string>>();
  const values = (name: string): string => {
    const [, input] = /^inputs\.([\w-]+)$/.exec(name) ?? [];
    if (input !== undefined) {
      const text = run.inputs[input] ?? action.inputs[input]?.default ?? '';
      return text === '${{ github.token }}' ? 'github-token' : text;
    }
    const [, id = '', output = ''] = /^steps\.(\w+)\.outputs\.([\w-]+)$/.exec(name) ?? [];
    return name === 'runner.temp' ? temp : (outputs.get(id)?.[output] ?? '');
  };
  const filled = (text: string) => text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => values(name));
  const holds = (condition: string) =>
    condition.split(' && ').every((part) => {
      const [, name = '', operator, wanted] = /^([\w.-]+) (==|!=) '(.*)'$/.exec(part) ?? [];
      return part === 'always()' || (values(name) === wanted) === (operator === '==');
    });
  let [status, log] = [0, ''];
  for (const one of action.runs.steps) {
    if (status !== 0 && !one.if?.includes('always()')) continue;
    if (one.if !== undefined && !holds(one.if)) continue;
    const given = Object.fromEntries(
      Object.entries(one.with ?? {}).map(([key, value]) => [key, filled(String(value))]),
    );
    if (one.uses?.startsWith('actions/upload-artifact@')) {
      const { head = { sha: run.sha } } = Object(Reflect.get(run.event, 'pull_request'));
      github.upload(given['name'] ?? '', readFileSync(given['path'] ?? '', 'utf8'), head.sha);
    } else if (one.uses?.startsWith('actions/download-artifact@')) {
      mkdirSync(given['path'] ?? '', { recursive: true });
      const text = github.download(given['run-id'] ?? '', given['name'] ?? '');
      if (text === undefined) throw new Error('no such artifact');
      writeFileSync(join(given['path'] ?? '', 'birddog-plan.json'), text);
    } else {
      writeFileSync(files.output, '');
      const env = Object.fromEntries(
        Object.entries(one.env ?? {}).map(([key, value]) => [key, filled(value)]),
      );
      const child = spawn('bash', ['-e', '-c', one.run ?? 'exit 1'], {
        cwd: run.workspace,
        env: { ...runnerEnv(github, run, temp, files), ...env, ...run.env },
      });
      child.stdin.end();
      const done = await ended(child);
      status ||= done.status ?? 1;
      log += done.out + done.err;
      const lines = readFileSync(files.output, 'utf8').trim().split('\n');
      outputs.set(
        one.id ?? '',
        Object.fromEntries(lines.map((line) => [line.split('=')[0], line.replace(/^[^=]*=/, '')])),
      );
    }
  }
  const summary = readFileSync(files.summary, 'utf8');
  rmSync(temp, { recursive: true });
  return { status, log, summary, outputs: outputs.get('run') ?? {} };
}

/** The variables that GitHub sets. */
function runnerEnv(
  github: FakeGithub,
  { sha, workspace }: Run,
  temp: string,
  files: { event: string; summary: string; output: string },
): Record<string, string> {
  return {
    PATH: FOLDERS.join(delimiter),
    HOME: temp,
    GITHUB_ACTION_PATH: ACTION,
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'zoe',
    GITHUB_API_URL: github.url,
    GITHUB_EVENT_PATH: files.event,
    GITHUB_OUTPUT: files.output,
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_RUN_ID: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: sha,
    GITHUB_STEP_SUMMARY: files.summary,
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temp,
    BIRDDOG_RETRY_MS: '1',
  };
}

/** Returns the event of a pull request of the repository, or of a fork. */
export const pullRequestEvent = (sha: string, number = 7, from = REPOSITORY) => ({
  pull_request: { number, head: { sha, repo: { full_name: from } } },
});
