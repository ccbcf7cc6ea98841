import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import { type Applied, applyUntilDone } from '../client/apply-until-done.ts';
import { type PlanAnswer, planAnswer } from '../client/plan-answer.ts';
import { command } from '../command.ts';
import { SHORT_CALL_MS, untilInterrupted } from '../documents/apply-documents.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { type Arguments, flag, noOperands, type Operands, textOption, UsageError } from '../options.ts';
import { findingJson } from '../print/finding-json.ts';
import { countsOf, summaryOf, writesIn } from '../print/plan-summary.ts';
import { doneLines } from '../print/print-applied.ts';
import { earlyEnd } from '../print/early-end.ts';
import type { Failure } from '../print/print-failure.ts';
import { printPlan } from '../print/print-plan.ts';
import { printPlacedFindings } from '../print/print-text.ts';
import { visibleJson } from '../print/visible.ts';
import {
  CLIENT_OPTIONS,
  CLIENT_STATUSES,
  type ClientIo,
  type ClientOptions,
  clientOptions,
  MAX_CHANGES,
  printFailure,
  withClient,
} from './client-options.ts';
import { APPLICATION, applicationOf, CATALOGS, KIND } from './history.ts';

const YES = flag('yes', 'restore without confirmation; required without a terminal');
const FORCE = flag(
  'force',
  'replace objects that Datadog cannot change in place (they get a new id), and delete or change any number of objects',
);
const REVISION = textOption(
  'revision',
  'N',
  'number of the revision (required); birddog history KEY lists them',
);
const OPTIONS = [APPLICATION, CATALOGS, YES, FORCE, MAX_CHANGES, ...CLIENT_OPTIONS];
const STATUSES = {
  done: 'Datadog has the restored state',
  differences: 'you answered no',
  failed: 'something failed',
  ...CLIENT_STATUSES,
};

const KEY: Operands<string> = {
  usage: 'KEY',
  read([key, ...others]) {
    if (key === undefined) throw new UsageError('no key given');
    if (others.length > 0) throw new UsageError(`unexpected argument "${others[0]}": give one key`);
    return key;
  },
};

export const restoreCommand = command({
  name: 'restore',
  summary: 'Restore a revision of an object',
  description:
    'Show what restoring a revision would change in Datadog, ask for confirmation, and apply exactly what was shown. A deleted object comes back with a new id.',
  examples: ['birddog restore --application checkout queue-depth --revision 3'],
  options: [REVISION, KIND, ...OPTIONS],
  operands: KEY,
  statuses: STATUSES,
  run(args, io) {
    const { get, operands: key } = args;
    const revision = get(REVISION);
    if (revision === undefined) throw new UsageError('--revision is required');
    if (!/^[1-9]\d{0,14}$/.test(revision))
      throw new UsageError(`--revision must be a number from 1, not "${revision}"`);
    const application = applicationOf(get(APPLICATION));
    const body = {
      application,
      ...catalogsOf(get(CATALOGS)),
      kind: get(KIND),
      key,
      revision: Number(revision),
    };
    const options = { ...restoreOptions(args), name: 'restore' };
    return withClient(args, io, (clientIo) => restore(body, options, clientIo));
  },
});

export const undoCommand = command({
  name: 'undo',
  summary: 'Undo the last apply of an application',
  description:
    'Show what undoing the last apply would change in Datadog, ask for confirmation, and apply exactly what was shown. An undo is an apply too: running the command again restores what it undid.',
  examples: ['birddog undo --application checkout'],
  options: OPTIONS,
  operands: noOperands('undo reverts the last apply of --application'),
  statuses: STATUSES,
  run(args, io) {
    const { get } = args;
    const body = {
      application: applicationOf(get(APPLICATION)),
      ...catalogsOf(get(CATALOGS)),
      last_apply: true,
    };
    const options = { ...restoreOptions(args), name: 'undo' };
    return withClient(args, io, (clientIo) => restore(body, options, clientIo));
  },
});

function catalogsOf(catalogs: JsonObject | undefined): JsonObject {
  return catalogs === undefined ? {} : { catalogs };
}

interface RestoreOptions extends ClientOptions {
  readonly yes: boolean;
  readonly force: boolean;
  readonly maxChanges: number | undefined;
  /** The name of the command. */
  readonly name: string;
}

function restoreOptions(args: Pick<Arguments<unknown>, 'get'>): Omit<RestoreOptions, 'name'> {
  const { get } = args;
  return { ...clientOptions(args), yes: get(YES), force: get(FORCE), maxChanges: get(MAX_CHANGES) };
}

/** Plans a restore, prints the plan, asks for confirmation, and applies it. */
async function restore(body: JsonObject, options: RestoreOptions, io: ClientIo): Promise<Exit> {
  const { out, err, paint, paintErr, isTerminal } = io;
  const { name, yes, json } = options;
  // All calls are one apply: the history then undoes them together.
  const requestId = randomUUID();
  try {
    const plan = planAnswer(
      await io.client.send({
        ...requestOf(body, options),
        method: 'POST',
        requestId,
        deadlineMs: options.deadlineMs,
      }),
    );
    if (!json) out(printPlan(name, plan, { read: { entries: [] } }, paint));
    err(printPlacedFindings(plan.findings, paintErr));
    const counts = countsOf(plan.objects);
    if (writesIn(counts) > 0 && !yes && (json || !isTerminal.stdin)) {
      err(`birddog ${name}: Not a terminal: pass --yes to restore without confirmation.\n`);
      if (json) out(resultJson(plan));
      return EXIT.failed;
    }
    const agreed =
      writesIn(counts) > 0 && (yes || (await io.confirm(`\n${summaryOf(counts)}. Restore? [y/N] `)));
    if (!agreed) {
      if (json) out(resultJson(plan));
      else if (writesIn(counts) > 0) out('Nothing was written.\n');
      return writesIn(counts) > 0 ? EXIT.differences : EXIT.done;
    }
    const applied = await applyRestore(body, plan, requestId, options, io);
    const stopped = earlyEnd(applied, `birddog ${name}`, paintErr);
    if (json) out(resultJson(plan, applied, stopped));
    else out(`\n${[...doneLines(applied.done, paint), ...(applied.ended ? [] : ['  Done.'])].join('\n')}\n`);
    if (stopped) err(stopped.text);
    return stopped?.exit ?? EXIT.done;
  } catch (error) {
    return printFailure(error, options, io);
  }
}

/** Returns the request for a plan, or with the fingerprint of one, to apply it. */
function requestOf(
  body: JsonObject,
  { force, maxChanges }: Pick<RestoreOptions, 'force' | 'maxChanges'>,
  basis?: string,
) {
  const text = JSON.stringify(basis === undefined ? body : { ...body, basis });
  return {
    path: '/restore' as const,
    query: { force: force ? 'true' : undefined, max_changes: maxChanges?.toString() },
    body: { text, format: 'json' as const },
  };
}

function applyRestore(
  body: JsonObject,
  { basis, objects }: PlanAnswer,
  requestId: string,
  options: RestoreOptions,
  io: ClientIo,
): Promise<Applied> {
  const { deadlineMs } = options;
  const total = writesIn(countsOf(objects));
  return untilInterrupted('the current call', io, async (signals) => {
    const applied = await applyUntilDone({
      ...signals,
      client: io.client,
      clock: io.clock,
      requestOf: (current) => requestOf(body, options, current),
      requestId,
      basis,
      firstMs: io.isTerminal.stderr ? Math.min(SHORT_CALL_MS, deadlineMs) : deadlineMs,
      maxMs: deadlineMs,
      onProgress: (done, waiting) =>
        io.progress.show(done, total, waiting ? 'waiting before the next attempt' : 'restoring'),
    });
    io.progress.clear();
    return applied;
  });
}

function resultJson(plan: PlanAnswer, applied?: Applied, stopped?: Failure): string {
  const { application, objects, findings } = plan;
  const result = {
    application,
    objects: objects.map((one) => ({ ...one })),
    findings: findings.map(findingJson),
    done: applied?.done.map((one) => ({ ...one })) ?? [],
    remaining: applied?.remaining.map((one) => ({ ...one })) ?? [],
    ...(stopped ? { error: stopped.json } : {}),
  };
  return `${visibleJson(result)}\n`;
}
