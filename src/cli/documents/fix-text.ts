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
  let text = before;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const candidates = independentFixes(await find(text, format), refused);
    if (candidates.length === 0) break;
    const applied = await applyFirst(text, format, candidates);
    if (applied) {
      append(
        fixed,
        applied.candidates.map(({ finding, fix }) => ({ finding, title: fix.title })),
      );
      text = applied.text;
    } else if (candidates[0]) refused.add(fixId(candidates[0]));
  }
  return { text, fixed };
}

/** Applies as many of the first fixes as the text allows at once: all, half, a quarter of them. */
async function applyFirst(
  text: string,
  format: Format,
  all: readonly Candidate[],
): Promise<{ text: string; candidates: readonly Candidate[] } | undefined> {
  for (
    let candidates = all;
    candidates.length > 0;
    candidates = candidates.slice(0, candidates.length >> 1)
  ) {
    const edited = await applyEdits(text, format, editsOf(candidates));
    if (edited !== undefined) return { text: edited, candidates };
  }
  return undefined;
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
