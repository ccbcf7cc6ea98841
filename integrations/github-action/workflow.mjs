import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

/** Maximum size of a job summary is 1 MiB. */
export const MAX_SUMMARY = 900_000;

/** Returns the inputs of the action by name, and what GitHub tells the job about its run. */
export function readJob(env) {
  const input = (name) => (env[`BIRDDOG_INPUT_${name.toUpperCase().replaceAll('-', '_')}`] ?? '').trim();
  const event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8'));
  const pullRequest = event.pull_request;
  return {
    env,
    input,
    isOn(name) {
      if (!['true', 'false', ''].includes(input(name))) throw new Error(`${name} must be true or false.`);
      return input(name) === 'true';
    },
    repository: env.GITHUB_REPOSITORY,
    sha: pullRequest?.head?.sha ?? env.GITHUB_SHA,
    commit: env.GITHUB_SHA,
    pullRequest: pullRequest?.number,
    // The token of such a pull request may neither write nor authenticate.
    hasReadOnlyToken:
      pullRequest !== undefined &&
      (pullRequest.head?.repo?.full_name !== env.GITHUB_REPOSITORY || env.GITHUB_ACTOR === 'dependabot[bot]'),
    runUrl: `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`,
  };
}

/** Prints a workflow command, in which no text can begin another. */
export function command(name, text) {
  const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  process.stdout.write(`::${name}::${escaped}\n`);
}

/** Prints a text of which no line is a workflow command: it may quote a document of a pull request. */
export function printText(text) {
  if (text === '') return;
  const end = randomUUID();
  process.stdout.write(`::stop-commands::${end}\n${text.trimEnd()}\n::${end}::\n`);
}

/** Sets an output of the step. */
export function setOutput({ env }, name, value) {
  if (/[\r\n]/.test(value)) throw new Error(`The output ${name} has more than one line.`);
  appendFileSync(env.GITHUB_OUTPUT, `${name}=${value}\n`);
}

/** Adds Markdown to the job summary. */
export function addSummary({ env }, markdown) {
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, `${markdown}\n\n`);
}
