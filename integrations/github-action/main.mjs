import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlock, markerOf, shortenMarkdown, writeComment } from '../ci/comments.mjs';
import { matchingFiles } from '../ci/matching-files.mjs';
import { ApiError } from '../ci/rest-api.mjs';
import { requirePlanOf } from '../ci/reviewed-plan.mjs';
import { run } from '../ci/run-birddog.mjs';
import { createGithub, jobToken } from './github.mjs';
import { addSummary, command, MAX_SUMMARY, printText, readJob, setOutput } from './workflow.mjs';

/** GitHub accepts 65,536 characters in a comment. */
const MAX_COMMENT = 65_000;
const PLAN_FILE = 'birddog-plan.json';
const READ_ONLY = 'The token of a pull request from a fork, or of Dependabot, may not do this.';

const MODES = { lint, plan, find, apply, drift };

/** Runs one mode. Returns the exit status of the step. */
async function main() {
  // oxlint-disable-next-line node/no-process-env -- the action passes its inputs as variables
  const job = readJob(process.env);
  const mode = job.input('mode');
  if (!Object.hasOwn(MODES, mode)) throw new Error('mode must be lint, plan, apply or drift.');
  if (!/^[\w.-]{1,50}$/.test(job.input('name')))
    throw new Error('name must have 1 to 50 letters, digits, ".", "_" and "-".');
  return MODES[mode](job);
}

async function lint(job) {
  const birddog = await install(job);
  const strict = job.isOn('strict') ? ['--strict'] : [];
  const { status, out, err } = await birddog(['lint', '--format', 'github', ...strict, ...filesOf(job)]);
  // These are workflow commands, in which Birddog has escaped every text.
  process.stdout.write(out);
  printText(err);
  return status;
}

async function plan(job) {
  const files = filesOf(job);
  const birddog = await install(job);
  const token = await tokenOf(job);
  if (token === undefined) {
    command('notice', `No plan. ${READ_ONLY}`);
    addSummary(job, `## No plan\n\n${READ_ONLY} Somebody with write access can push the commit to a branch.`);
    return 0;
  }
  const file = join(job.env.RUNNER_TEMP, PLAN_FILE);
  rmSync(file, { force: true });
  const options = ['prune', 'force'].flatMap((name) => (job.isOn(name) ? [`--${name}`] : []));
  const { status, out, err } = await birddog(
    ['plan', '--markdown', '--out', file, ...options, ...files],
    token,
  );
  printText(err);
  const isPlan = status === 0 || status === 2;
  if (isPlan) {
    setOutput(job, 'changes', String(status === 2));
    setOutput(job, 'plan-file', file);
    setOutput(job, 'artifact', artifactName(job, job.sha));
  }
  const failure = err.trim() === '' ? [] : [codeBlock(err)];
  const body = isPlan ? out : ['## The plan failed', out.trim(), ...failure].join('\n\n');
  const isTold = await report(job, 'plan', job.pullRequest, `${body.trimEnd()}\n\nPlan of ${job.sha}.`);
  if (!isPlan) command('error', `birddog plan failed with status ${status}. The job summary says why.`);
  return isPlan ? (isTold ? 0 : 1) : status;
}

/** Finds the plan of the pull request that was merged as this commit. */
async function find(job) {
  const github = createGithub(job);
  const pullRequest = await github.mergedPullRequest(job.commit);
  if (!pullRequest)
    throw new Error(
      `No pull request was merged as ${job.commit}, so no plan of it was reviewed. Nothing is applied.`,
    );
  const name = artifactName(job, pullRequest.head.sha);
  const artifact = await github.artifact(name, pullRequest.head.sha);
  setOutput(job, 'pull-request', String(pullRequest.number));
  if (!artifact) {
    const reason = `Pull request ${pullRequest.number} has no plan of its last commit ${pullRequest.head.sha}, or it has expired.`;
    await reportNotApplied(job, pullRequest.number, reason);
    return 1;
  }
  setOutput(job, 'artifact', name);
  setOutput(job, 'run-id', String(artifact.workflow_run.id));
  return 0;
}

async function apply(job) {
  const pullRequest = Number(job.input('pull-request'));
  const file = join(job.env.RUNNER_TEMP, `birddog-${job.input('name')}`, PLAN_FILE);
  try {
    requirePlanOf(readFileSync(file, 'utf8'), {
      files: filesOf(job),
      prune: job.isOn('prune'),
      force: job.isOn('force'),
    });
  } catch (error) {
    await reportNotApplied(job, pullRequest, error.message);
    return 1;
  }
  const birddog = await install(job);
  const token = await tokenOf(job);
  const { status, out, err } = await birddog(['apply', file], token);
  printText(`${out}${err}`);
  const heading = status === 0 ? '## Applied' : '## Not applied completely';
  const hint =
    status === 0
      ? []
      : [
          'If something has changed since the review, open a pull request with a new plan. Otherwise run the job again: it goes on where it stopped.',
        ];
  const body = [
    heading,
    ...(`${out}${err}`.trim() === '' ? [] : [codeBlock(`${out}${err}`)]),
    ...hint,
    `Commit ${job.commit}.`,
  ];
  const isTold = await report(job, 'apply', pullRequest, body.join('\n\n'));
  if (status !== 0) command('error', `birddog apply ended with status ${status}. The job summary says why.`);
  return status === 0 && !isTold ? 1 : status;
}

async function reportNotApplied(job, pullRequest, reason) {
  command('error', `Nothing was applied. ${reason}`);
  const next = 'Open a pull request with a new plan.';
  await report(job, 'apply', pullRequest, `## Nothing was applied\n\n${codeBlock(reason)}\n\n${next}`);
}

async function drift(job) {
  const files = filesOf(job);
  const birddog = await install(job);
  const { status, out, err } = await birddog(['drift', ...files], await tokenOf(job));
  printText(err);
  const heading = { 0: '## No drift', 2: '## Drift' }[status] ?? '## The search for drift failed';
  const issue = /^\d+$/.test(job.input('issue')) ? Number(job.input('issue')) : undefined;
  const text = `${out}${status === 0 || status === 2 ? '' : err}`;
  const isTold = await report(job, 'drift', issue, [heading, codeBlock(text)].join('\n\n'));
  if (status === 0 || status === 2) setOutput(job, 'changes', String(status === 2));
  if (status === 2 && issue !== undefined) return isTold ? 0 : 1;
  if (status !== 0)
    command('error', 'Datadog differs from the documents, or the search failed. The job summary says more.');
  return status;
}

/**
 * Writes the job summary, and the comment of a pull request or issue if there is one. Returns false if the comment should exist but
 * could not be written: an older one would then show another result.
 */
async function report(job, subject, number, markdown) {
  const note = `The rest does not fit here. [The job](${job.runUrl}) has all of it.`;
  addSummary(job, shortenMarkdown(markdown, MAX_SUMMARY, note));
  if (number === undefined || (subject !== 'drift' && !job.isOn('comment'))) return true;
  const marker = markerOf(subject, job.input('name'));
  const body = shortenMarkdown(`${markdown}\n\n[Job](${job.runUrl})`, MAX_COMMENT - marker.length - 1, note);
  try {
    await writeComment(createGithub(job).commentsOn(number), marker, body);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isForbidden = error.status === 403 || error.status === 404;
    if (isForbidden && job.hasReadOnlyToken) {
      command('notice', `The comment was not written. ${READ_ONLY} The job summary has the result.`);
      return true;
    }
    const hint = isForbidden
      ? ' Give the job the permissions "pull-requests: write" and "issues: write".'
      : '';
    command('error', `The comment was not written: ${error.message}.${hint} The job summary has the result.`);
    return false;
  }
}

function artifactName(job, sha) {
  return `birddog-plan-${job.input('name')}-${sha}`;
}

function filesOf(job) {
  const files = matchingFiles(job.input('files'));
  if (files.length === 0) throw new Error('No file matches "files".');
  return files;
}

/** Returns the token for Birddog: '' for none, undefined if the pull request may not have one. */
async function tokenOf(job) {
  const [token, audience] = [job.input('token'), job.input('audience')];
  const value = token || (audience && (await jobToken(job, audience)));
  if (value) {
    command('add-mask', value);
    return value;
  }
  if (!audience) return job.env.BIRDDOG_TOKEN ?? '';
  if (job.hasReadOnlyToken) return undefined;
  throw new Error('GitHub gives this job no token. Give it the permission "id-token: write".');
}

/** Installs the package, if one is given. Returns a function that runs the command. */
async function install(job) {
  const { env } = job;
  const name = job.input('package');
  let program = job.input('command') || 'birddog';
  if (name !== '') {
    const folder = join(env.RUNNER_TEMP, 'birddog-package');
    mkdirSync(folder, { recursive: true });
    const options = [
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--global',
      '--prefix',
      folder,
    ];
    const { status, err } = await run('npm', ['install', ...options, '--', name], env);
    if (status !== 0) throw new Error(`npm could not install the package.\n${err}`);
    program = join(folder, 'bin/birddog');
  }
  const url = job.input('url');
  const inherited = Object.fromEntries(
    Object.entries(env).filter(([key]) => !key.startsWith('BIRDDOG_INPUT_')),
  );
  return (args, token) =>
    run(program, args, {
      ...inherited,
      NO_COLOR: '1',
      ...(url === '' ? {} : { BIRDDOG_URL: url }),
      ...(token ? { BIRDDOG_TOKEN: token } : {}),
    });
}

try {
  process.exitCode = await main();
} catch (error) {
  command('error', error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
