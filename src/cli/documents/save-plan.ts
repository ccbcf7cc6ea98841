import { positionsIn } from '../../format/place.ts';
import { decode } from '../../format/decode.ts';
import { DOCUMENT_LIMITS } from '../../format/decoded.ts';
import { type Pointer, pointerTo } from '../../domain/pointer.ts';
import { secretsIn, secretViolations } from '../../lint/secrets.ts';
import type { ClientIo } from '../commands/client-options.ts';
import { EXIT, type Exit, worst } from '../exit-status.ts';
import { countsOf } from '../print/plan-summary.ts';
import { printFindings } from '../print/print-text.ts';
import { visible } from '../print/visible.ts';
import type { FileDocument } from './documents.ts';
import { type LocatedFinding, movedDown } from './lint-text.ts';
import { exitOf, type Planned } from './plan-documents.ts';
import { mayOverwrite, type PlannedDocument, savedPlanText } from './saved-plan.ts';
import { FileError, saveText } from './text-files.ts';

/** Returns why a plan cannot be saved to a file: it is something else, such as a document. Undefined if it can. */
export async function overwriteFault(name: string): Promise<string | undefined> {
  try {
    if (await mayOverwrite(name)) return undefined;
    return 'this file exists and is not a saved plan: choose another name, or remove it';
  } catch (error) {
    if (error instanceof FileError) return error.message;
    throw error;
  }
}

/**
 * Saves the plans to a file, or reports why not: a failure, an error among the findings, a secret, or an object that only
 * `--force` replaces. Returns the exit status of the command.
 */
export async function savePlan(
  name: string,
  planned: readonly Planned[],
  options: { readonly prune: boolean; readonly force: boolean; readonly json: boolean },
  io: ClientIo,
): Promise<{ readonly exit: Exit; readonly saved: boolean }> {
  const exit = worst(planned.map(exitOf));
  const refuse = (why: string, status: Exit = EXIT.failed) => {
    io.err(`birddog plan: ${visible(name)} was not written: ${visible(why)}\n`);
    return { exit: status, saved: false };
  };
  const documents = planned.filter((one): one is PlannedDocument => one.plan !== undefined);
  if (exit !== EXIT.done && exit !== EXIT.differences) return refuse('a document has no valid plan.', exit);
  for (const { document } of documents) {
    const findings = await secretFindings(document);
    if (findings.length === 0) continue;
    io.err(`${printFindings({ ...document.file, findings }, io.paintErr)}\n`);
    return refuse('a document contains a secret.');
  }
  const { replace } = countsOf(documents.flatMap(({ plan }) => plan.objects));
  if (replace > 0 && !options.force)
    return refuse('the plan replaces objects, whose ids are lost: pass --force to allow it.');
  try {
    await saveText(name, savedPlanText(documents, options, io.clock.now()));
  } catch (error) {
    if (error instanceof FileError) return refuse(`${error.message}.`);
    throw error;
  }
  return { exit, saved: true };
}

/** Returns an error for each secret in a document: in its values, also those whose finding is ignored, and in comments. */
async function secretFindings({ part, file, value }: FileDocument): Promise<LocatedFinding[]> {
  const found = [...secretViolations(value, 'everyone who can read the saved plan')];
  const { span } = await decode(part.text, file.format, DOCUMENT_LIMITS);
  const findings = found.map(({ path, span: at, message, hint }): LocatedFinding => {
    const pointer = pointerTo('', ...path);
    const { start, end } = span(pointer, at?.from, at?.to);
    const finding = { code: codeAt(pointer), severity: 'error', message, pointer, ...start } as const;
    return { ...finding, ...(end ? { end } : {}), ...(hint === undefined ? {} : { hint }) };
  });
  const lines = new Set(findings.map(({ line }) => line));
  const position = positionsIn(part.text);
  for (const { description, span: at } of secretsIn(part.text)) {
    const start = position(at.from);
    if (lines.has(start.line)) continue;
    findings.push({
      code: 'secret_in_document',
      severity: 'error',
      message: `This looks like ${description}: everyone who can read the saved plan can use it.`,
      pointer: '',
      ...start,
      hint: 'Remove it, and rotate it if it was ever sent.',
    });
  }
  return findings.map((finding) => movedDown(finding, part.line));
}

/** Returns the code of lint's rule about secrets at a place of a document. */
function codeAt(pointer: Pointer): string {
  if (/^\/(?:monitors|alerts)\//.test(pointer)) return 'secret_in_monitor';
  return pointer.startsWith('/dashboards/') ? 'secret_in_dashboard' : 'secret_in_document';
}
