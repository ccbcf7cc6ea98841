import { writeFileSync } from 'node:fs';
import { codeBlock, markerOf, shortenMarkdown, writeComment } from '../ci/comments.mjs';
import { matchingFiles } from '../ci/matching-files.mjs';
import { requirePlanOf } from '../ci/reviewed-plan.mjs';
import { run } from '../ci/run-birddog.mjs';
import { createGitlab } from './gitlab.mjs';

/** GitLab accepts a million characters in a note. */
const MAX_NOTE = 900_000;
const PLAN_FILE = 'birddog-plan.json';
const MODES = { plan, apply, drift };

/** Runs one mode with the variables of the job. Returns the exit status. */
async function main(mode, env) {
  if (!Object.hasOwn(MODES, mode ?? '')) throw new Error('usage: main.mjs plan|apply|drift');
  const { BIRDDOG_NAME: name = 'default', BIRDDOG_FILES: lines = '' } = env;
  if (!/^[\w.-]{1,50}$/.test(name))
    throw new Error('BIRDDOG_NAME must have 1 to 50 letters, digits, ".", "_" and "-".');
  const files = matchingFiles(lines.replaceAll(' ', '\n'));
  if (files.length === 0) throw new Error('No file matches BIRDDOG_FILES.');
  const birddog = (args) => run(env.BIRDDOG_COMMAND ?? 'birddog', args, { ...env, NO_COLOR: '1' });
  return MODES[mode]({ env, name, files, birddog, isOn: (option) => env[option] === 'true' });
}

async function plan({ env, name, files, birddog, isOn }) {
  const options = [
    ...(isOn('BIRDDOG_PRUNE') ? ['--prune'] : []),
    ...(isOn('BIRDDOG_FORCE') ? ['--force'] : []),
  ];
  const { status, out, err } = await birddog([
    'plan',
    '--markdown',
    '--out',
    PLAN_FILE,
    ...options,
    ...files,
  ]);
  process.stdout.write(`${out}${err}`);
  const isPlan = status === 0 || status === 2;
  const failure = err.trim() === '' ? [] : [codeBlock(err)];
  const body = isPlan ? out : ['## The plan failed', out.trim(), ...failure].join('\n\n');
  const isTold = await note(
    { env, name },
    'plan',
    env.CI_MERGE_REQUEST_IID,
    `${body.trimEnd()}\n\nPlan of ${env.CI_COMMIT_SHA}.`,
  );
  return isPlan ? (isTold ? 0 : 1) : status;
}

async function apply({ env, name, files, birddog, isOn }) {
  const gitlab = createGitlab(env);
  const request = await gitlab.mergedRequest(env.CI_COMMIT_SHA);
  if (!request)
    throw new Error(
      `No merge request was merged as ${env.CI_COMMIT_SHA}, so no plan of it was reviewed. Nothing is applied.`,
    );
  try {
    const text = await gitlab.artifact(request.iid, env.BIRDDOG_PLAN_JOB ?? 'birddog-plan', PLAN_FILE);
    if (text === undefined)
      throw new Error(`Merge request ${request.iid} has no plan of its last pipeline, or it has expired.`);
    requirePlanOf(text, { files, prune: isOn('BIRDDOG_PRUNE'), force: isOn('BIRDDOG_FORCE') });
    writeFileSync(PLAN_FILE, text);
  } catch (error) {
    printError(`Nothing was applied. ${error.message}`);
    const body = `## Nothing was applied\n\n${codeBlock(error.message)}\n\nOpen a merge request with a new plan.`;
    await note({ env, name }, 'apply', request.iid, body);
    return 1;
  }
  const { status, out, err } = await birddog(['apply', PLAN_FILE]);
  process.stdout.write(`${out}${err}`);
  const heading = status === 0 ? '## Applied' : '## Not applied completely';
  const isTold = await note(
    { env, name },
    'apply',
    request.iid,
    `${heading}\n\n${codeBlock(`${out}${err}`)}`,
  );
  return status === 0 && !isTold ? 1 : status;
}

async function drift({ files, birddog }) {
  const { status, out, err } = await birddog(['drift', ...files]);
  process.stdout.write(`${out}${err}`);
  return status;
}

function printError(text) {
  process.stderr.write(`${text}\n`);
}

/** Writes the one note about a subject. Returns false if it could not be written: an older one would then show another result. */
async function note({ env, name }, subject, iid, markdown) {
  if (!iid) return true;
  if (!env.BIRDDOG_GITLAB_TOKEN) {
    printError(
      'No note was written, because BIRDDOG_GITLAB_TOKEN is not set. A merge request from a fork has no variables.',
    );
    return true;
  }
  const job = `[Job](${env.CI_JOB_URL})`;
  const body = shortenMarkdown(`${markdown}\n\n${job}`, MAX_NOTE, `The rest does not fit here: ${job}.`);
  try {
    await writeComment(createGitlab(env).notesOn(iid), markerOf(subject, name), body);
    return true;
  } catch (error) {
    printError(`The note was not written: ${error.message}.`);
    return false;
  }
}

try {
  // oxlint-disable-next-line node/no-process-env -- GitLab passes everything as variables
  process.exitCode = await main(process.argv[2], process.env);
} catch (error) {
  printError(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
