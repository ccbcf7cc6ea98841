import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { plannedSchema, routeFields, text } from '../../contract/answer-parts.ts';
import { VERSION } from '../../contract/version.ts';
import type { Finding } from '../../domain/finding.ts';
import { isObject, type JsonObject, printJson } from '../../domain/json.ts';
import { pointerTo } from '../../domain/pointer.ts';
import { type Decoded, DOCUMENT_LIMITS, type DecodeLimits, type Format } from '../../format/decoded.ts';
import { decode } from '../../format/decode.ts';
import { decodeExpanded, expandOptions, type Expanding } from '../../pipeline/expanded-body.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { redacted } from '../../pipeline/record-revision.ts';
import type { ProcessIo } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { fieldName } from '../print/print-change.ts';
import { findingJson } from '../print/finding-json.ts';
import type { Failure } from '../print/print-failure.ts';
import { planFields } from '../print/print-plan-json.ts';
import type { Paint } from '../print/report.ts';
import { printFindings } from '../print/print-text.ts';
import { visibleJson } from '../print/visible.ts';
import { failureLine } from './documents.ts';
import { type LocatedFinding, unreadable } from './lint-text.ts';
import type { Planned } from './plan-documents.ts';
import { NONE_HIDDEN } from './shown-findings.ts';
import { FileError, formatOfFile, isFile, readBounded, readBytes } from './text-files.ts';

/** The kind of the files that `birddog plan --out` writes. */
const KIND = 'birddog/plan/v1';
/** Limits on a saved plan: it holds documents and their plans. The text of each document has its own limits. */
const LIMITS: DecodeLimits = { bytes: 64 * 1024 * 1024, values: 5_000_000, depth: 120, aliases: 0 };

const FORMATS = ['yaml', 'json', 'toml'] as const satisfies readonly Format[];
const savedDocumentSchema = z.object({
  source: text,
  sha256: text.regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  application: text,
  basis: text.min(1),
  prune: z.boolean(),
  force: z.boolean(),
  only: z.array(text).min(1).exactOptional(),
  set: text.exactOptional(),
  document: text,
  format: z.enum(FORMATS).exactOptional(),
  plan: z.object({ route: routeFields.route, objects: z.array(plannedSchema) }),
});
type SavedDocument = z.output<typeof savedDocumentSchema>;
const savedPlanSchema = z.object({
  kind: z.literal(KIND),
  created_at: text,
  birddog: text,
  documents: z.array(savedDocumentSchema).min(1),
});

/** A plan that was reviewed and saved to a file. */
export interface SavedPlan {
  readonly name: string;
  readonly createdAt: string;
  /** The version of the command that saved it. */
  readonly version: string;
  readonly prune: boolean;
  readonly force: boolean;
  readonly planned: readonly PlannedDocument[];
}
export type PlannedDocument = Extract<Planned, { failure?: undefined }>;

/** A saved plan cannot be read. The findings are about its text. */
class SavedPlanError extends Error {
  readonly findings: readonly LocatedFinding[];
  readonly text: string;

  constructor(findings: readonly LocatedFinding[], whole: string) {
    super(findings[0]?.message);
    this.name = 'SavedPlanError';
    this.findings = findings;
    this.text = whole;
  }
}

/** Returns the text of a saved plan. Secrets in the values of Datadog are redacted. Throws FileError if it is too large. */
export function savedPlanText(
  planned: readonly PlannedDocument[],
  { prune, force }: { readonly prune: boolean; readonly force: boolean },
  now: number,
): string {
  // A preview is about the days before the plan, which an apply does not need.
  const documents = planned.map(({ name, document, plan: { preview: _, ...plan } }) => ({
    source: name,
    sha256: sha256(document.part.text),
    application: plan.application,
    basis: plan.basis,
    prune,
    force,
    ...(document.only ? { only: [...document.only] } : {}),
    ...(document.set === undefined ? {} : { set: document.set }),
    document: document.part.text,
    ...(formatOf(name) === document.file.format ? {} : { format: document.file.format }),
    plan: redacted(planFields(plan)).object,
  }));
  const created_at = new Date(now).toISOString();
  const whole = `${visibleJson({ kind: KIND, created_at, birddog: VERSION, documents })}\n`;
  const size = Buffer.byteLength(whole);
  if (size > LIMITS.bytes)
    throw new FileError(
      `the plan has ${size} bytes, more than the maximum of ${LIMITS.bytes}: save fewer documents at once`,
    );
  return whole;
}

/** Returns the format that a source has by its name: `a.yaml#2` is the second document of a YAML file. */
function formatOf(source: string): Format | undefined {
  try {
    return formatOfFile(source.replace(/#\d+$/, ''), undefined);
  } catch {
    return undefined;
  }
}

function sha256(document: string): string {
  return createHash('sha256').update(document).digest('hex');
}

/** What the operands of `birddog apply` name. `stdin` is standard input, which may have been read. */
interface Operand {
  readonly saved?: SavedPlan;
  /** Why a saved plan is invalid. */
  readonly failure?: Failure;
  readonly stdin: Readable;
}

/** Looks for a saved plan among files: returns the first; none if all are documents, or cannot be read. */
export async function operandOf(
  files: readonly string[],
  { stdin, paintErr }: Pick<ProcessIo, 'stdin' | 'paintErr'>,
): Promise<Operand> {
  let input = stdin;
  for (const name of files) {
    try {
      const bytes = name === '-' ? await readBounded(stdin, LIMITS.bytes) : await bytesOf(name);
      if (bytes && name === '-') input = Readable.from([bytes]);
      const saved = bytes && (await savedPlanIn(name, bytes));
      if (saved) return { saved, stdin: input };
    } catch (error) {
      return { failure: failureFor(name, error, paintErr), stdin: input };
    }
  }
  return { stdin: input };
}

function failureFor(name: string, error: unknown, paint: Paint): Failure {
  const exit = EXIT.failed;
  if (error instanceof FileError) {
    const json = { code: 'file', detail: error.message };
    return { text: failureLine(name, error.message, paint), json, exit };
  }
  if (!(error instanceof SavedPlanError)) throw error;
  const { findings, text: whole } = error;
  const json = { code: 'invalid_plan', detail: error.message, findings: findings.map(findingJson) };
  return { text: printFindings({ name, format: 'json', text: whole, findings }, paint), json, exit };
}

/** Returns the bytes of a regular file; undefined if it cannot be read, which reading it as a document will report. */
async function bytesOf(name: string): Promise<Buffer | undefined> {
  try {
    return (await stat(name)).isFile() ? await readBytes(name, LIMITS.bytes) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether a file may be overwritten by a saved plan: it does not exist, or is one. Throws FileError. */
export async function mayOverwrite(name: string): Promise<boolean> {
  if (!(await isFile(name))) return true;
  const bytes = await readBytes(name, LIMITS.bytes);
  return bytes.length === 0 || looksLikePlan(bytes.toString());
}

/** Returns whether a text is JSON that names a kind of saved plans, or has the fields of one. Nothing is parsed. */
function looksLikePlan(whole: string): boolean {
  if (!/^\ufeff?\s{0,1000}\{/.test(whole)) return false;
  const has = (name: string) => whole.includes(`"${name}"`);
  return whole.includes('"birddog/plan/') || (has('kind') && has('documents') && has('sha256'));
}

const HINT = 'Save the plan again with birddog plan --out.';

/** Throws SavedPlanError at a pointer of the file. */
type Fail = (pointer: string, message: string, hint?: string) => never;

async function savedPlanIn(name: string, bytes: Buffer): Promise<SavedPlan | undefined> {
  const whole = bytes.toString();
  if (!looksLikePlan(whole)) return undefined;
  const { value, locate } = await decodedPlan(bytes, whole);
  // A document can contain these words in a text.
  if (!isObject(value) || value['kind'] === undefined) return undefined;
  const at = (finding: Finding): LocatedFinding => ({ hint: HINT, ...finding, ...locate(finding.pointer) });
  const fail: Fail = (pointer, message, hint = HINT) => {
    throw new SavedPlanError(
      [at({ code: 'invalid_plan', severity: 'error', message, pointer, hint })],
      whole,
    );
  };
  requireKind(value, fail);
  const { data, error } = savedPlanSchema.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (!data) {
    const pointer = pointerTo('', ...(issue?.path ?? []).map(String));
    return fail(
      pointer,
      `${fieldName(pointer) || 'The plan'} is not as birddog plan --out writes it: ${issue?.message}.`,
    );
  }
  const { created_at: createdAt, birddog: version, documents } = data;
  const planned: PlannedDocument[] = [];
  for (const [index, one] of documents.entries()) {
    const place = pointerTo('/documents', index);
    requireConsistent(documents, index, (field, message) => fail(pointerTo(place, field), message));
    planned.push(await plannedDocument(one, (field, message) => fail(pointerTo(place, field), message)));
  }
  const { prune = false, force = false } = documents[0] ?? {};
  return { name, createdAt, version, prune, force, planned };
}

async function decodedPlan(bytes: Buffer, whole: string): Promise<Decoded> {
  try {
    return await decode(bytes, 'json', LIMITS);
  } catch (error) {
    throw new SavedPlanError(
      unreadable(error).map((finding) => ({ ...finding, hint: HINT })),
      whole,
    );
  }
}

function requireKind({ kind, birddog = null }: JsonObject, fail: Fail): void {
  if (kind === KIND) return;
  if (typeof kind === 'string' && /^birddog\/plan\/v\d+$/.test(kind))
    fail(
      '/kind',
      `This plan has the format ${kind}; this command, birddog ${VERSION}, reads only ${KIND}.`,
      `Use the version of birddog that saved the plan${typeof birddog === 'string' ? `: ${birddog}` : ''}.`,
    );
  fail(
    '/kind',
    `${printJson(kind ?? null)} is not a kind of file that birddog applies; a saved plan has "${KIND}".`,
  );
}

/** Throws SavedPlanError at a field of one document of the plan. */
type FailAt = (field: keyof SavedDocument, message: string) => never;

function requireConsistent(documents: readonly SavedDocument[], index: number, fail: FailAt): void {
  const [first, one] = [documents[0], documents[index]];
  if (one?.prune !== first?.prune) fail('prune', 'All documents of a plan have the same "prune".');
  if (one?.force !== first?.force) fail('force', 'All documents of a plan have the same "force".');
  if (documents.findIndex(({ application }) => application === one?.application) !== index)
    fail('application', `The plan has another document of ${one?.application}.`);
}

/** Returns a document of a saved plan with its plan. */
async function plannedDocument(saved: SavedDocument, fail: FailAt): Promise<PlannedDocument> {
  const { source, document: written, application, basis, only, set, plan } = saved;
  const { format = formatOf(source) } = saved;
  if (sha256(written) !== saved.sha256)
    fail('document', 'This document was edited after it was planned: its sha256 differs.');
  if (format === undefined) return fail('source', `The format of ${source} is unknown.`);
  const expanding = expandOptions({ set });
  const body = await bodyOf(written, format, expanding, (message) => fail('document', message));
  const { value } = body;
  const read = readDocument(value);
  if (read.application !== application) fail('application', `The document is not of ${application}.`);
  const file = { name: source, format, text: written };
  return {
    name: source,
    document: {
      file,
      part: { text: written, line: 0 },
      number: undefined,
      value,
      read,
      ...(only ? { only } : {}),
      set,
      expanding,
      notes: [],
      body,
    },
    plan: { application, route: plan.route, basis, objects: plan.objects, findings: [], hidden: NONE_HIDDEN },
  };
}

async function bodyOf(
  written: string,
  format: Format,
  expanding: Expanding,
  fail: (message: string) => never,
): Promise<Decoded & { readonly value: JsonObject }> {
  try {
    const body = await decodeExpanded(written, format, DOCUMENT_LIMITS, expanding);
    const { value } = body;
    return isObject(value) ? { ...body, value } : fail('This document is not an object.');
  } catch (error) {
    if (error instanceof SavedPlanError) throw error;
    const [first] = unreadable(error);
    return fail(`This document cannot be read: line ${first?.line}: ${first?.message}`);
  }
}
