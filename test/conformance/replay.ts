import { startDatadogEmulator } from '../../emulators/datadog/datadog-emulator.ts';
import type { RunningEmulator } from '../../emulators/server/emulator-server.ts';
import { asideFor } from './asides.ts';
import { type Difference, differences } from './differences.ts';
import type { Exchange, Scenario } from './recording.ts';
import { type OthersWork, othersWork } from './others-work.ts';
import { Translation } from './translation.ts';
import { parse, print, scalars, type Value } from './value.ts';

/** How the emulator answered one recorded request: no difference is a match. */
export interface Outcome {
  readonly exchange: Exchange;
  readonly differences: readonly Difference[];
}

const KEYS = { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key' };

/** Replays a scenario, at the time of its recording, against one emulator for each of its hosts. */
export async function replay(scenario: Scenario): Promise<Outcome[]> {
  let at = scenario.find((exchange) => exchange.at !== undefined)?.at ?? guessedTime(scenario);
  const hosts = new Map<string, Host>();
  const outcomes: Outcome[] = [];
  try {
    for (const [host, exchanges] of Map.groupBy(scenario, hostOf)) {
      const emulator = await startDatadogEmulator({
        port: 0,
        control: true,
        services: [],
        limits: {},
        now: () => at,
      });
      hosts.set(host, { emulator, translation: new Translation(), others: othersWork(exchanges) });
    }
    for (const exchange of scenario) {
      const host = hosts.get(hostOf(exchange));
      if (!host) continue;
      at = exchange.at ?? at;
      await play(host.others.shift(), host.emulator.url);
      outcomes.push({ exchange, differences: await ask(host.emulator.url, exchange, host.translation) });
    }
  } finally {
    await Promise.all([...hosts.values()].map(({ emulator }) => emulator.close()));
  }
  return outcomes;
}

interface Host {
  readonly emulator: RunningEmulator;
  readonly translation: Translation;
  /** What others did before each exchange that is still to come. */
  readonly others: OthersWork[];
}

/** Does what others did. Throws an Error where the emulator does not take it. */
async function play(others: OthersWork | undefined, url: string): Promise<void> {
  if (!others) return;
  const tell = async (method: string, work: Value) => {
    const answer = await fetch(`${url}/__control/seed`, { method, body: print(work) });
    if (answer.status !== 204) throw new Error(await answer.text());
  };
  if (Object.keys(others.deleted).length > 0) await tell('DELETE', others.deleted);
  if (Object.keys(others.made).length > 0) await tell('POST', others.made);
}

/** When a recording without a date was made: the first time that any of its texts tells, epoch milliseconds. */
function guessedTime(scenario: Scenario): number {
  const texts = scenario.map(({ request, response }) => print([request.body ?? null, response.body ?? null]));
  const seconds = /"(?:start|created|created_at|date_happened)":"?(\d{10})(?:\d{3})?\b/.exec(
    texts.join(''),
  )?.[1];
  return seconds === undefined ? Date.parse('2020-02-03T16:00:00Z') : Number(seconds) * 1000;
}

/** Events have an intake of their own, of the same organisation. */
function hostOf({ request: { host } }: Exchange): string {
  return host.replace(/^event-management-intake\./, 'api.');
}

async function ask(url: string, exchange: Exchange, translation: Translation): Promise<Difference[]> {
  const { request, response } = exchange;
  const address = new URL(translation.text(request.path), url);
  for (const [name, values] of request.query)
    for (const value of values) address.searchParams.append(name, translation.text(value));
  const sent = request.body === undefined ? undefined : translation.value(request.body);
  const text = sent === undefined ? request.text : print(sent);
  const answer = await fetch(address, {
    method: request.method,
    headers: { ...request.headers, ...keysFor(exchange) },
    ...(text === undefined ? {} : { body: text }),
  });
  const got = content(await answer.text());
  if (answer.status !== response.status) {
    return [
      { path: 'status', theirs: response.status, ours: answer.status },
      { path: 'body', theirs: response.body ?? response.text, ours: got },
    ];
  }
  const wanted = response.body ?? response.text;
  if (wanted === undefined || got === undefined)
    return wanted === got ? [] : [{ path: 'body', theirs: wanted, ours: got }];
  return differences(wanted, got, {
    translation,
    sent: new Set(
      [...scalars(request.body ?? null), ...request.query.values()].flat().map((scalar) => String(scalar)),
    ),
    how: asideFor(exchange),
  });
}

/** The keys were taken out of the recordings; the one answer that says so tells that none was sent. */
function keysFor({ response }: Exchange): Readonly<Record<string, string>> {
  return response.status === 403 && print(response.body ?? null).includes('API key required') ? {} : KEYS;
}

function content(text: string): Value | undefined {
  if (text === '') return undefined;
  try {
    return parse(text);
  } catch {
    return text;
  }
}
