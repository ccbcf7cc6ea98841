import { append } from '../../domain/append.ts';
import { EditSet } from '../../domain/edits.ts';
import type { Edit, Fix } from '../../domain/finding.ts';
import type { Format } from '../../format/decoded.ts';
import { applyEdits } from '../../format/edit/apply-edits.ts';
import { type LocatedFinding, lintPart, partsOf } from './lint-text.ts';

/** A finding that a fix resolved, with its position before the fix. */
export interface Fixed {
  readonly finding: LocatedFinding;
  readonly title: string;
}

/** Maximum number of lint rounds. A fix can cause another finding that has a fix. */
const MAX_ROUNDS = 20;
/** Maximum number of times that one document is edited. It bounds the work if the text does not allow many of its fixes. */
const MAX_ATTEMPTS = 300;

type Find = (text: string, format: Format) => Promise<readonly LocatedFinding[]>;

/** Applies the fixes of all findings in a text, as far as the text allows. */
export async function fixText(
  text: string,
  format: Format,
  find: Find = lintPart,
): Promise<{ text: string; fixed: Fixed[] }> {
  const fixed: Fixed[] = [];
  let result = '';
  for (const part of partsOf(text, format)) {
    const fixedPart = await fixPart(part.text, format, find);
    result += fixedPart.text;
    for (const { finding, title } of fixedPart.fixed) {
      fixed.push({ finding: { ...finding, line: finding.line + part.line }, title });
    }
  }
  return { text: result, fixed };
}

type Candidate = { readonly finding: LocatedFinding; readonly fix: Fix };

async function fixPart(
  before: string,
  format: Format,
  find: Find,
): Promise<{ text: string; fixed: Fixed[] }> {
  const refused = new Set<string>();
  const fixed: Fixed[] = [];
  const attempts = { left: MAX_ATTEMPTS };
  let text = before;
  for (let round = 0; round < MAX_ROUNDS && attempts.left > 0; round++) {
    const candidates = independentFixes(await find(text, format), refused);
    if (candidates.length === 0) break;
    const applied = await applyAllowed(text, format, candidates, attempts);
    append(
      fixed,
      applied.candidates.map(({ finding, fix }) => ({ finding, title: fix.title })),
    );
    // The changed text may allow what the text before did not, such as a change of a value that had an alias.
    if (applied.candidates.length > 0) refused.clear();
    else for (const candidate of applied.refused) refused.add(fixId(candidate));
    text = applied.text;
  }
  return { text, fixed };
}

interface Applied {
  readonly text: string;
  readonly candidates: readonly Candidate[];
  readonly refused: readonly Candidate[];
}

/** Applies all fixes that the text allows at once. If it does not allow all of a group, tries each half. */
async function applyAllowed(
  text: string,
  format: Format,
  all: readonly Candidate[],
  attempts: { left: number },
): Promise<Applied> {
  const refused: Candidate[] = [];
  let applied: readonly Candidate[] = [];
  let result = text;
  const groups = [all];
  for (let group = groups.pop(); group !== undefined && attempts.left > 0; group = groups.pop()) {
    attempts.left -= 1;
    const candidates = [applied, group].flat();
    const edited = await applyEdits(text, format, editsOf(candidates));
    if (edited !== undefined) {
      applied = candidates;
      result = edited;
    } else if (group.length === 1) append(refused, group);
    else groups.push(group.slice(group.length >> 1), group.slice(0, group.length >> 1));
  }
  return { text: result, candidates: applied, refused };
}

/** Returns the fixes whose edits do not overlap, in the order of the findings. The others wait for the next round. */
function independentFixes(findings: readonly LocatedFinding[], refused: ReadonlySet<string>): Candidate[] {
  const edits = new EditSet();
  const candidates: Candidate[] = [];
  for (const finding of findings) {
    const { fix } = finding;
    if (!fix || refused.has(fixId({ finding, fix }))) continue;
    if (edits.add(fix.edits)) candidates.push({ finding, fix });
  }
  return candidates;
}

function editsOf(candidates: readonly Candidate[]): Edit[] {
  return candidates.flatMap(({ fix }) => fix.edits);
}

function fixId({ finding, fix }: Candidate): string {
  return JSON.stringify([finding.code, finding.pointer, fix]);
}
