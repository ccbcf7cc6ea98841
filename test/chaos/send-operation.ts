import assert from 'node:assert/strict';
import http from 'node:http';
import { z } from 'zod';
import type { JsonObject } from '../../src/domain/json.ts';
import { PROBLEMS } from '../../src/domain/problem.ts';
import { checkAnswer } from '../acceptance/check-answer.ts';
import { type Attempt, nameOf, type Operation, type Target } from './operation.ts';

/** How an attempt ended: with a status and a problem code (empty after a success), or without an answer. */
export interface Sent {
  readonly attempt: Attempt;
  /** Undefined without an answer. */
  readonly status: number | undefined;
  /** The problem code, `no_answer`, or `refused` if the request never reached a process. */
  readonly code: string;
  /** Seconds after which the answer asks to retry. */
  readonly retryAfter: number;
  /** Why the answer is outside the contract; undefined if it is inside. */
  readonly outside: string | undefined;
}

const DEADLINE_MS = { single: 8_000, apply: 20_000 };
/** A server that is stopped answers after it has been continued. */
const CLIENT_TIMEOUT_MS = 40_000;
/** A server works at most so long (ms) on a request whose deadline is over. */
const AFTER_DEADLINE_MS = 1_000;
const agent = new http.Agent({ keepAlive: false });

/** Sends an operation once to the replica at `url`. Never throws. */
export async function sendOperation(url: string, operation: Operation): Promise<Sent> {
  const { method, path, body } = requestOf(operation);
  const start = Date.now();
  const deadlineMs = operation.verb === 'apply' ? DEADLINE_MS.apply : DEADLINE_MS.single;
  const answer = await receive(new URL(path, url), method, body, deadlineMs);
  const hasAnswer = typeof answer === 'object';
  const end = hasAnswer ? Date.now() : start + deadlineMs + AFTER_DEADLINE_MS;
  const acknowledged = hasAnswer ? acknowledgedBy(operation, answer) : [];
  const isComplete =
    acknowledged.length === operation.targets.length &&
    hasAnswer &&
    (answer.status < 300 || operation.verb === 'delete');
  const words = hasAnswer ? `${answer.status} ${answer.body.code ?? ''}`.trim() : answer;
  const attempt = { operation, start, end, acknowledged, isComplete, answer: words };
  if (!hasAnswer) return { attempt, status: undefined, code: answer, retryAfter: 0, outside: undefined };
  const { status, headers } = answer;
  const retryAfter = Number(headers['retry-after'] ?? 0);
  return {
    attempt,
    status,
    code: answer.body.code ?? '',
    retryAfter,
    outside: faultOf(method, path, answer),
  };
}

const answerBodySchema = z.looseObject({
  code: z.string().optional(),
  done: z.array(z.looseObject({ kind: z.string(), key: z.string() })).optional(),
  remaining: z.array(z.unknown()).optional(),
});
interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly body: z.output<typeof answerBodySchema>;
}

function requestOf({ application, verb, targets, prune, force }: Operation) {
  const [first] = targets;
  const query = new URLSearchParams({
    ...(prune ? { prune: 'true' } : {}),
    ...(force ? { force: 'true' } : {}),
  });
  if (verb === 'apply') {
    const of = (kind: Target['kind']) =>
      targets
        .filter((one) => one.kind === kind)
        .map((one) => ({ key: one.key, ...objectOf(application, one) }));
    const body = {
      apiVersion: 'birddog/v1',
      application,
      team: 'chaos',
      monitors: of('monitor'),
      dashboards: of('dashboard'),
    };
    return { method: 'POST', path: `/apply?${query}`, body };
  }
  if (!first) throw new TypeError(`${verb} names no object`);
  const { kind, key } = first;
  if (verb === 'delete')
    return { method: 'DELETE', path: `/delete_${kind}?application=${application}&key=${key}` };
  const body = { application, team: 'chaos', key, [kind]: objectOf(application, first) };
  return { method: verb === 'create' ? 'POST' : 'PUT', path: `/${verb}_${kind}`, body };
}

/** Returns the object of a target. Its name ends with its version, by which the write log shows it. */
function objectOf(application: string, { kind, key, version, isLog }: Target): JsonObject {
  const name = `${application}/${key} ${version ?? ''}`;
  if (kind === 'dashboard')
    return { title: name, layout_type: 'ordered', widgets: [{ definition: { type: 'note', content: key } }] };
  return isLog
    ? { type: 'log alert', name, query: 'logs("*").index("*").rollup("count").last("5m") > 1', message: key }
    : { type: 'query alert', name, query: 'avg(last_5m):avg:system.load.1{*} > 1', message: key };
}

function receive(
  url: URL,
  method: string,
  body: JsonObject | undefined,
  deadlineMs: number,
): Promise<Answer | 'no_answer' | 'refused'> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve) => {
    const nothing = () => resolve('no_answer');
    const headers = {
      'birddog-deadline-ms': String(deadlineMs),
      ...(sent === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
    };
    const outgoing = http.request(url, { method, agent, headers, timeout: CLIENT_TIMEOUT_MS }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', nothing);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, body: parsed(text) });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', (error) =>
      resolve('code' in error && error.code === 'ECONNREFUSED' ? 'refused' : 'no_answer'),
    );
    outgoing.on('close', nothing);
    outgoing.end(sent);
  });
}

function parsed(text: string): Answer['body'] {
  try {
    return answerBodySchema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Returns what an answer says is so: all targets after a success, else those that a stopped apply has done. */
function acknowledgedBy(
  { application, verb, targets }: Operation,
  { status, body }: Answer,
): readonly Target[] {
  if (verb === 'delete' && status === 404 && body.code === 'not_found') return targets;
  if (verb !== 'apply') return status < 300 ? targets : [];
  if (status < 300 && (body.remaining ?? []).length === 0) return targets;
  const done = new Set((body.done ?? []).map(({ kind, key }) => `${kind}:${application}/${key}`));
  return targets.filter((target) => done.has(nameOf(application, target)));
}

/** Returns why an answer is outside the contract: no schema of it matches, a code that the table lacks, or a 500. */
function faultOf(method: string, path: string, answer: Answer): string | undefined {
  const { status, body, text } = answer;
  const short = `${method} ${path}: ${status} ${text.slice(0, 500)}`;
  if (status >= 300 && !Object.hasOwn(PROBLEMS, body.code ?? '')) return short;
  if (status === 500) return short;
  try {
    checkAnswer(method, path, { ...answer, body: JSON.parse(text) });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Error);
    return `${short}: ${error.message.slice(0, 500)}`;
  }
}
