import { secondsOf } from '../../alerts/durations.ts';
import { explainAnswerSchema } from '../../contract/explain-schema.ts';
import { momentSeconds } from '../../contract/span.ts';
import { type JsonObject, printJson } from '../../domain/json.ts';
import { parsedAnswer } from '../client/birddog-failures.ts';
import { command } from '../command.ts';
import { EXIT, type Exit } from '../exit-status.ts';
import { type Operands, type Option, textOption, UsageError } from '../options.ts';
import { printExplanation } from '../print/print-explanation.ts';
import { visibleJson } from '../print/visible.ts';
import {
  CLIENT_OPTIONS,
  CLIENT_STATUSES,
  type ClientIo,
  type ClientOptions,
  clientOptions,
  printFailure,
  withClient,
} from './client-options.ts';
import { APPLICATION, applicationOf, CATALOGS } from './history.ts';

const AT: Option<string> = {
  name: 'at',
  value: 'TIME',
  help: 'the time: 2026-11-23T12:00:00Z, or how long ago, such as 2h (required)',
  read(text) {
    if (text === undefined) throw new UsageError('--at is required');
    if (momentSeconds(text) === undefined && secondsOf(text) === undefined)
      throw new UsageError(
        `--at must be a time such as 2026-11-23T12:00:00Z, or a duration such as 2h, not "${text}"`,
      );
    return text;
  },
};
const GROUP = textOption('group', 'TAGS', 'the group, such as host:a,env:prod (default: the most severe)');

const KEY: Operands<string> = {
  usage: 'KEY',
  read([key, ...more]) {
    if (key === undefined || more.length > 0) throw new UsageError('exactly one key is required');
    return key;
  },
};

export const explainCommand = command({
  name: 'explain',
  summary: 'Explain the state of an alert at a time, and who was notified',
  description:
    'Explain an alert or monitor at a time: the window and its points, what is missing, the calculation, the thresholds, the state before and after, and why each recipient was notified or not. It is computed from the points in Datadog now.',
  examples: [
    'birddog explain --application checkout queue-depth --at 2h',
    'birddog explain --application checkout queue-depth --at 2026-11-23T12:00:00Z --group host:a',
  ],
  options: [APPLICATION, CATALOGS, AT, GROUP, ...CLIENT_OPTIONS],
  operands: KEY,
  statuses: { done: 'the explanation was printed', failed: 'something failed', ...CLIENT_STATUSES },
  run(args, io) {
    const { get, operands: key } = args;
    const [at, group, catalogs] = [get(AT), get(GROUP), get(CATALOGS)];
    const agoS = momentSeconds(at) === undefined ? secondsOf(at) : undefined;
    const time = agoS === undefined ? at : new Date(io.clock.now() - agoS * 1000).toISOString();
    const body: JsonObject = {
      application: applicationOf(get(APPLICATION)),
      key,
      at: time,
      ...(group === undefined ? {} : { group }),
      ...(catalogs === undefined ? {} : { catalogs }),
    };
    return withClient(args, io, (clientIo) => showExplanation(body, clientOptions(args), clientIo));
  },
});

async function showExplanation(
  body: JsonObject,
  { deadlineMs, json }: ClientOptions,
  io: ClientIo,
): Promise<Exit> {
  const { client, out, paint } = io;
  try {
    const answer = await client.send({
      method: 'POST',
      path: '/explain',
      body: { text: printJson(body), format: 'json' },
      deadlineMs,
    });
    const explained = parsedAnswer(explainAnswerSchema, answer);
    out(json ? `${visibleJson(answer)}\n` : printExplanation(explained, paint));
    return EXIT.done;
  } catch (error) {
    return printFailure(error, { json }, io);
  }
}
