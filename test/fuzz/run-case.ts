import { isObject, type Json, parseTrustedJson, sameJson } from '../../src/domain/json.ts';
import { pointerSteps, valueAt } from '../../src/domain/pointer.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { decode } from '../../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../../src/format/decoded.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { FuzzInput } from './fuzz-case.ts';
import { faultsOfFixes } from './judge-fix.ts';
import type { Fault, FaultKind, Seen } from './messages.ts';
import { placeOfStack } from './signature.ts';
import type { Served, Target } from './target.ts';

/** Executes a case and checks its result. Never throws. */
export async function runCase(id: number, input: FuzzInput, target: Target): Promise<Seen> {
  const faults: Fault[] = [];
  const before = process.cpuUsage();
  const stages = await carriedOut(input, target, faults);
  const { user, system } = process.cpuUsage(before);
  return { id, ...stages, faults, bytes: input.body.byteLength, cpuMs: (user + system) / 1000 };
}

type Stages = Pick<Seen, 'decoded' | 'planned' | 'outcome'>;

async function carriedOut(input: FuzzInput, target: Target, faults: Fault[]): Promise<Stages> {
  let decoded: Awaited<ReturnType<Target['decode']>>;
  try {
    decoded = await target.decode(input);
  } catch (error) {
    faults.push(...faultsOfRefusal(error, input));
    return {
      decoded: false,
      planned: false,
      outcome: error instanceof ProblemError ? error.code : 'exception',
    };
  }
  let served: Served;
  try {
    served = await target.serve(input, decoded);
  } catch (error) {
    faults.push(unexpected(error));
    return { decoded: true, planned: false, outcome: 'exception' };
  }
  const outcome = served.problem ?? 'ok';
  try {
    faults.push(...faultsOfFindings(findingsIn(served.body), input, decoded.value));
    faults.push(...(await faultsOfAnswer(served.body, target)));
    faults.push(...(await faultsOfFixes(served.body, input)));
  } catch (error) {
    faults.push(unexpected(error));
  }
  return { decoded: true, planned: served.planned, outcome };
}

/** Returns the fault for an error that Birddog would answer with 500, or that would end the process. */
function unexpected(error: unknown): Fault {
  const isProblem = error instanceof ProblemError;
  const name = error instanceof Error ? error.name : typeof error;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const kind = isProblem ? 'internal_error' : 'exception';
  return { kind, signature: `${name} at ${placeOfStack(detail)}`, detail: detail.slice(0, 2000) };
}

function faultsOfRefusal(error: unknown, input: FuzzInput): Fault[] {
  if (!(error instanceof ProblemError) || error.code === 'internal') return [unexpected(error)];
  const findings = error.extras.findings ?? [];
  if (findings.length === 0 && error.code !== 'too_large')
    return [fault('finding_without_place', `${error.code} without a finding`, error.message)];
  return faultsOfFindings(findings, input, undefined);
}

type Told = Partial<Pick<Finding, 'code' | 'pointer' | 'line' | 'column'>>;

function findingsIn(body: Json): Told[] {
  const findings = isObject(body) ? body['findings'] : undefined;
  if (!Array.isArray(findings)) return [];
  return findings.filter(isObject).map(({ code, pointer, line, column }) => ({
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof pointer === 'string' ? { pointer } : {}),
    ...(typeof line === 'number' ? { line } : {}),
    ...(typeof column === 'number' ? { column } : {}),
  }));
}

/** Checks that each finding has a line and column within the text, and a pointer to a value of the body. */
function faultsOfFindings(findings: readonly Told[], input: FuzzInput, value: Json | undefined): Fault[] {
  if (findings.length === 0) return [];
  const lines = new TextDecoder().decode(input.body).split(/\r\n|\n|\r/);
  return findings.flatMap(({ code = '?', pointer, line, column }) => {
    const detail = `${code} at ${String(pointer)}, line ${line}, column ${column}`;
    const length = lines[(line ?? 0) - 1]?.length;
    const hasPlace = length !== undefined && column !== undefined && column >= 1 && column <= length + 1;
    const faults = hasPlace ? [] : [fault('finding_without_place', code, detail)];
    if (pointer === undefined || !/^(?:\/.*)?$/s.test(pointer))
      return [...faults, fault('unresolved_pointer', code, detail)];
    if (value !== undefined && !resolves(value, pointer))
      return [...faults, fault('unresolved_pointer', code, detail)];
    return faults;
  });
}

function resolves(value: Json, pointer: string): boolean {
  if (valueAt(value, pointer) === undefined) return false;
  return pointerSteps(pointer).every((step) => step !== '-');
}

/** Checks that the answer in both formats parses to the same value. */
async function faultsOfAnswer(body: Json, target: Target): Promise<Fault[]> {
  const limits = { ...DOCUMENT_LIMITS, bytes: 2 ** 30, depth: 1000 };
  const faults: Fault[] = [];
  for (const format of ['json', 'yaml'] as const) {
    const text = target.encode(body, format);
    try {
      const value = format === 'json' ? parseTrustedJson(text) : (await decode(text, format, limits)).value;
      if (!sameJson(value, plain(body)))
        faults.push(fault('unreadable_answer', `${format} differs`, text.slice(0, 500)));
    } catch (error) {
      const reason =
        error instanceof ProblemError
          ? `${error.code} ${error.extras.findings?.[0]?.code ?? ''}`
          : String(error);
      faults.push(fault('unreadable_answer', `${format}: ${reason}`, text.slice(0, 500)));
    }
  }
  return faults;
}

/** Returns a value without undefined fields, as in JSON. */
function plain(body: Json): Json {
  return parseTrustedJson(JSON.stringify(body));
}

function fault(kind: FaultKind, signature: string, detail: string): Fault {
  return { kind, signature, detail };
}
