import { append } from '../../domain/append.ts';
import { EditSet } from '../../domain/edit-set.ts';
import type { Edit, Fix } from '../../domain/finding.ts';
import type { Format } from '../../format/decoded.ts';
import { applyEdits } from '../../format/edit/apply-edits.ts';
import { type LocatedFinding, lintPart, partsOf } from './lint-text.ts';

/** A finding that a fix took away; its place is that before the fix. */
export interface Fixed {
  readonly finding: LocatedFinding;
  readonly title: string;
}

/** A fix may bring up another finding with a fix; so often the text is looked at again. */
const MOST_ROUNDS = 20;
/** Fixes of one round. */
const MOST_AT_ONCE = 500;

type Find = (text: string, format: Format) => Promise<readonly LocatedFinding[]>;

/** A text with every fix that its findings offer and that it takes. */
export async function fixText(
  text: string,
  format: Format,
  find: Find = lintPart,
): Promise<{ text: string; fixed: Fixed[] }> {
  const fixed: Fixed[] = [];
  let result = '';
  for (const part of partsOf(text, format)) {
    const done = await fixPart(part.text, format, find);
    result += done.text;
    for (const { finding, title } of done.fixed) {
      fixed.push({ finding: { ...finding, line: finding.line + part.line }, title });
    }
  }
  return { text: result, fixed };
}

type Offer = { readonly finding: LocatedFinding; readonly fix: Fix };

async function fixPart(
  before: string,
  format: Format,
  find: Find,
): Promise<{ text: string; fixed: Fixed[] }> {
  const refused = new Set<string>();
  const fixed: Fixed[] = [];
  let text = before;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const offers = apart(await find(text, format), refused);
    if (offers.length === 0) break;
    const taken = await applied(text, format, offers);
    if (taken) {
      append(
        fixed,
        taken.offers.map(({ finding, fix }) => ({ finding, title: fix.title })),
      );
      text = taken.text;
    } else if (offers[0]) refused.add(nameOf(offers[0]));
  }
  return { text, fixed };
}

/** As many of the fixes, from the first on, as the text takes at once: all, half, a quarter of them. */
async function applied(
  text: string,
  format: Format,
  all: readonly Offer[],
): Promise<{ text: string; offers: readonly Offer[] } | undefined> {
  for (let offers = all; offers.length > 0; offers = offers.slice(0, offers.length >> 1)) {
    const edited = await applyEdits(text, format, editsOf(offers));
    if (edited !== undefined) return { text: edited, offers };
  }
  return undefined;
}

/** The fixes that do not get into each other's way, in the order of the findings; the others wait for the next round. */
function apart(findings: readonly LocatedFinding[], refused: ReadonlySet<string>): Offer[] {
  const taken = new EditSet();
  const offers: Offer[] = [];
  for (const finding of findings) {
    const { fix } = finding;
    if (!fix || offers.length === MOST_AT_ONCE || refused.has(nameOf({ finding, fix }))) continue;
    if (taken.add(fix.edits)) offers.push({ finding, fix });
  }
  return offers;
}

function editsOf(offers: readonly Offer[]): Edit[] {
  return offers.flatMap(({ fix }) => fix.edits);
}

function nameOf({ finding, fix }: Offer): string {
  return JSON.stringify([finding.code, finding.pointer, fix]);
}
