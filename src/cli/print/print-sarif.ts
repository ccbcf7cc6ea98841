import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { VERSION } from '../../contract/version.ts';
import type { Position, Severity } from '../../domain/finding.ts';
import { applyEdits } from '../../format/edit/apply-edits.ts';
import { positionsIn } from '../../format/place.ts';
import type { TextPart } from '../../format/split-yaml.ts';
import { RULE_GROUPS } from '../../lint/rule-groups.ts';
import { type LocatedFinding, documentsOf } from '../documents/lint-text.ts';
import type { LintedFile } from './report.ts';
import { visibleJson } from './visible.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** SARIF's name of each severity. */
const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };
/** Maximum number of fixes per file, because each fix is first tried on the text. */
const MAX_FIXES = 100;

/** Formats findings as SARIF 2.1.0, the OASIS format that code scanning reads. */
export async function printSarif(files: readonly LintedFile[]): Promise<string> {
  const rules = rulesOf(files);
  const indexes = new Map(rules.map(({ id }, index) => [id, index]));
  const results: object[] = [];
  for (const file of files) {
    const documents = documentsOf(file.text, file.format);
    let fixCount = 0;
    for (const finding of file.findings) {
      const withFix = finding.fix !== undefined && ++fixCount <= MAX_FIXES;
      const fixes = withFix ? await fixesOf(file, finding, documents[(finding.document ?? 1) - 1]) : [];
      results.push(resultOf(file, finding, indexes.get(finding.code) ?? -1, fixes));
    }
  }
  const run = {
    tool: { driver: { name: 'Birddog', semanticVersion: VERSION, rules } },
    columnKind: 'utf16CodeUnits',
    results,
  };
  return `${visibleJson({ $schema: SCHEMA, version: '2.1.0', runs: [run] })}\n`;
}

/** Returns every lint rule, and every other code among the findings, such as syntax errors. */
function rulesOf(files: readonly LintedFile[]) {
  // A rule about monitors and a rule about dashboards can share a code.
  const byCode = new Map(RULE_GROUPS.flatMap(({ rules }) => rules.map((rule) => [rule.code, rule])));
  const known = [...byCode.values()].map(({ code, severity, summary, bad, good }) => ({
    id: code,
    shortDescription: { text: summary },
    help: {
      text: `Incorrect:\n\n${bad.replace(/[⟦⟧]/g, '')}\nCorrect:\n\n${good}`,
    },
    defaultConfiguration: { level: LEVELS[severity] },
  }));
  const ids = new Set(known.map(({ id }) => id));
  const others = new Set(
    files.flatMap((file) => file.findings.map(({ code }) => code)).filter((code) => !ids.has(code)),
  );
  return [
    ...known,
    ...[...others].map((id) => ({ id, shortDescription: { text: id.replaceAll('_', ' ') } })),
  ];
}

function resultOf(
  file: LintedFile,
  finding: LocatedFinding,
  ruleIndex: number,
  fixes: readonly object[],
): object {
  const { code, severity, message, hint, line, column, end } = finding;
  return {
    ruleId: code,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: hint === undefined ? message : `${message} ${hint}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file.name) },
          region: regionOf({ line, column }, end),
        },
      },
    ],
    ...(fixes.length > 0 ? { fixes } : {}),
  };
}

function regionOf(start: Position, end: Position | undefined): object {
  return {
    startLine: start.line,
    startColumn: start.column,
    ...(end ? { endLine: end.line, endColumn: end.column } : {}),
  };
}

function uriOf(name: string): string {
  if (isAbsolute(name)) return pathToFileURL(name).href;
  return name.split('/').map(encodeURIComponent).join('/');
}

async function fixesOf(
  file: LintedFile,
  { fix }: LocatedFinding,
  part: TextPart | undefined,
): Promise<object[]> {
  const edited = fix && part && (await applyEdits(part.text, file.format, fix.edits));
  if (!fix || !part || edited === undefined) return [];
  const { from, to, text } = difference(part.text, edited);
  const positionAt = positionsIn(part.text);
  const [start, end] = [from, to].map((offset) => {
    const { line, column } = positionAt(offset);
    return { line: line + part.line, column };
  });
  if (!start) return [];
  const replacement = { deletedRegion: regionOf(start, end), insertedContent: { text } };
  const artifactLocation = { uri: uriOf(file.name) };
  return [
    {
      description: { text: fix.title },
      artifactChanges: [{ artifactLocation, replacements: [replacement] }],
    },
  ];
}

/** Returns the range in which two texts differ, widened so that it splits no surrogate pair. */
function difference(before: string, after: string): { from: number; to: number; text: string } {
  const max = Math.min(before.length, after.length);
  let from = 0;
  while (from < max && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  if (isHigh(before.charCodeAt(from - 1))) from--;
  let same = 0;
  const last = (text: string) => text.charCodeAt(text.length - 1 - same);
  while (same < max - from && last(before) === last(after)) same++;
  if (isLow(before.charCodeAt(before.length - same))) same--;
  return { from, to: before.length - same, text: after.slice(from, after.length - same) };
}

const isHigh = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;
