import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The kind of the file that `birddog plan --out` writes. */
const KIND = 'birddog/plan/v1';
/** What may stand in a file between its documents. */
const BETWEEN = /^(?:\s*(?:#.*)?|---\s*(?:#.*)?|\.\.\.\s*|%.*)$/;

/**
 * Throws Error unless a saved plan is of exactly these files as they are now, and of these options. Anybody who can open a pull
 * request can upload a plan, so nothing but merged files may be applied.
 */
export function requirePlanOf(text, { files, prune, force }) {
  const plan = parsed(text);
  if (plan?.kind !== KIND || !Array.isArray(plan.documents))
    throw new Error(`The artifact is not a plan of this version of Birddog (${KIND}).`);
  const bySource = new Map();
  for (const one of plan.documents) {
    const { source, document, sha256 } = one;
    if (typeof source !== 'string' || typeof document !== 'string')
      throw new Error('A document of the plan has no source or no text.');
    if (createHash('sha256').update(document).digest('hex') !== sha256)
      throw new Error(`The plan of ${source} was changed after it was saved.`);
    for (const [option, wanted] of [
      ['prune', prune],
      ['force', force],
    ])
      if (one[option] !== wanted)
        throw new Error(
          `The plan was made with ${option}=${one[option]}, but this job has ${option}=${wanted}.`,
        );
    if (one.only !== undefined)
      throw new Error(`The plan of ${source} was made with --only: it is not of the whole document.`);
    const file = source.replace(/#\d+$/, '');
    if (!bySource.has(file)) bySource.set(file, []);
    bySource.get(file).push(document);
  }
  for (const file of bySource.keys())
    if (!files.includes(file)) throw new Error(`The plan contains ${file}, which is not a file of this job.`);
  for (const file of files) requireFile(file, bySource.get(file));
}

function requireFile(file, documents) {
  if (!documents) throw new Error(`${file} is not in the reviewed plan.`);
  let rest = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const between = [];
  for (const document of documents) {
    const wanted = document.replace(/^\uFEFF/, '');
    const at = rest.indexOf(wanted);
    if (at < 0) throw new Error(`${file} is not the file that was reviewed: it has changed since.`);
    between.push(rest.slice(0, at));
    rest = rest.slice(at + wanted.length);
  }
  if (![...between, rest].every((text) => text.split('\n').every((line) => BETWEEN.test(line))))
    throw new Error(`${file} has more documents than were reviewed.`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
