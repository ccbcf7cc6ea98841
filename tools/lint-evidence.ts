import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TABLE = join(import.meta.dirname, '../src/lint/evidence.tsv');

/**
 * What a piece of evidence is: a recorded response of Datadog (`refusal` or `acceptance`), a public issue or pull request
 * (`issue`), a page of documentation (`page`), or a rule of Birddog's own documents (`own`).
 */
const EVIDENCE_KINDS = ['refusal', 'acceptance', 'issue', 'page', 'own'] as const;

export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** A source for the claim of a lint rule. */
export interface Evidence {
  /** The code of the rule. */
  readonly code: string;
  readonly kind: EvidenceKind;
  /** `file:line` in the corpus for a recorded response; an address for an issue or page; a page of docs/ for `own`. */
  readonly source: string;
  /** What the source says, shortened. Recorded responses contain exactly this text. */
  readonly words: string;
}

/** Returns every line of src/lint/evidence.tsv, in order. Throws an error that names a malformed line. */
export function lintEvidence(): readonly Evidence[] {
  return parseEvidence(readFileSync(TABLE, 'utf8'));
}

/** Parses a table with a heading line and the columns code, kind, source and words, between tabs. */
export function parseEvidence(table: string): readonly Evidence[] {
  const [, ...lines] = table.trimEnd().split('\n');
  return lines.map((line) => {
    const [code = '', name, source = '', words = '', ...rest] = line.split('\t');
    const kind = EVIDENCE_KINDS.find((known) => known === name);
    if (kind === undefined || [code, source, words].includes('') || rest.length > 0)
      throw new Error(
        `evidence.tsv: the line "${line}" needs a code, a kind, a source and words, between tabs.`,
      );
    return { code, kind, source, words };
  });
}

const SHOWN: Readonly<Record<EvidenceKind, (source: string) => string>> = {
  refusal: (source) => `Recorded refusal, \`${source}\``,
  acceptance: (source) => `Recorded acceptance, \`${source}\``,
  issue: (source) => `[${issueName(source)}](${source})`,
  page: (source) => `[${source.replace(/^https:\/\//, '')}](${source})`,
  own: (source) => `[Birddog's own rule](../${source})`,
};

/** Returns a piece of evidence as an item of a Markdown list: a link or a position, and the words. */
export function shownEvidence({ kind, source, words }: Evidence): string {
  return `- ${SHOWN[kind](source)}: ${words.includes('`') ? words : `\`${words}\``}`;
}

/** Returns the usual short name of an issue or pull request, as in owner/name#123. */
function issueName(address: string): string {
  const [, , , owner, name, , number] = address.split('/');
  return `${owner}/${name}#${number}`;
}
