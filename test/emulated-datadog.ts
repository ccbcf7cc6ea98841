import { createTestClient, jsonBody } from '../emulators/datadog/test-client.ts';
import { createDatadog } from '../src/datadog/datadog.ts';
import { deadlineAfter } from '../src/domain/deadline.ts';
import type { Json, JsonObject } from '../src/domain/json.ts';
import { Secret } from '../src/domain/secret.ts';
import { OutboundError } from '../src/runtime/outbound.ts';
import { manualClock } from './manual-clock.ts';

/** What becomes of a write whose answer is lost. */
export type LostWrite =
  | { readonly carriedOut: 'now' | 'never' }
  | { readonly carriedOut: 'late'; readonly afterMs: number };

interface EmulatedDatadogOptions {
  readonly audit?: boolean;
  /** Waits before each request, so that concurrent requests arrive in another order. */
  readonly beforeEach?: () => Promise<void>;
}

/** Loses the answers to writes; some writes are carried out later. */
function lossesOf(clock: { now: number }, now: () => number) {
  const losses: LostWrite[] = [];
  const late: { readonly dueMs: number; readonly carryOut: () => void }[] = [];
  return {
    /** Loses the answers to the next writes. */
    loseNextWrites: (...next: readonly LostWrite[]) => void losses.push(...next),
    /** Ends the losses that no write has met. */
    keepWrites: () => void losses.splice(0),
    /** Carries out the late writes that are due, each at its own time. */
    land() {
      for (const due of late.splice(0).toSorted((a, b) => a.dueMs - b.dueMs)) {
        if (due.dueMs > now()) late.push(due);
        else {
          clock.now = due.dueMs;
          due.carryOut();
        }
      }
    },
    /** Carries a request out, now or later. Throws OutboundError if its answer is lost. */
    carryOut<T>(method: string, path: string, request: () => T): T {
      const isWrite = method !== 'GET' && !/\/(search|validate)$/.test(path);
      const loss = isWrite ? losses.shift() : undefined;
      clock.now = now();
      if (!loss) return request();
      if (loss.carriedOut === 'now') request();
      if (loss.carriedOut === 'late') late.push({ dueMs: now() + loss.afterMs, carryOut: request });
      throw new OutboundError('connection', true);
    },
  };
}

const CONTEXT = { caller: { name: 'c' }, requestId: 'r', traceparent: '' };

/** Creates Birddog's Datadog client with an emulated Datadog, without a socket, on a manual clock. */
export function emulatedDatadog(options: EmulatedDatadogOptions = {}) {
  const emulator = createTestClient(options);
  const clock = manualClock(emulator.clock.now);
  const calls: { readonly call: string; readonly query: string; readonly sent: string }[] = [];
  const failures: { readonly path: string; readonly status: number; readonly text: string }[] = [];
  const losses = lossesOf(emulator.clock, clock.now);
  /** Sets the answer to the next call of a path. */
  const fail = (path: string, status: number, answer: Json = { errors: ['no'] }) =>
    void failures.push({ path, status, text: JSON.stringify(answer) });
  let cut: { after: number; readonly reached: () => void } | undefined;
  const connect = () =>
    createDatadog({
      baseUrl: new URL('https://api.example.test'),
      uiUrl: new URL('https://app.example.test'),
      clock,
      random: () => 0.5,
      keys: { current: () => ({ api: new Secret('a'), app: new Secret('b') }), reread: () => false },
      outbound: {
        async send({ method, url, headers = {}, body: sent }) {
          await options.beforeEach?.();
          losses.land();
          calls.push({
            call: `${method} ${url.pathname}`,
            query: url.searchParams.toString(),
            sent: String(sent ?? ''),
          });
          const at = failures.findIndex(({ path }) => path === url.pathname);
          const [failure] = at < 0 ? [] : failures.splice(at, 1);
          if (failure) return { status: failure.status, headers: {}, body: Buffer.from(failure.text) };
          const answer = losses.carryOut(method, url.pathname, () =>
            emulator.send(method, `${url.pathname}${url.search}`, sent?.toString(), headers),
          );
          if (cut && method !== 'GET' && !/\/(search|validate)$/.test(url.pathname)) {
            cut.after -= 1;
            // The process that sent this request has been killed.
            if (cut.after < 0) return new Promise<never>(() => {});
            if (cut.after === 0) {
              cut.reached();
              return new Promise<never>(() => {});
            }
          }
          return { status: answer.status, headers: {}, body: Buffer.from(answer.body ?? '') };
        },
        close: () => {},
      },
    });
  return {
    datadog: connect(),
    /** Returns the client of another process for the same Datadog, without learned limits. */
    connect,
    /** Executes the nth write (from 1) and all later ones without answering them. Resolves at the nth write. */
    cutAtWrite: (nth: number) =>
      new Promise<void>((reached) => {
        cut = { after: nth, reached };
      }),
    /** Answers writes again. Returns whether the nth write was reached. */
    restart(): boolean {
      const reached = cut !== undefined && cut.after <= 0;
      cut = undefined;
      return reached;
    },
    clock,
    context: (ms = 25_000) => ({ ...CONTEXT, deadline: deadlineAfter(ms, clock) }),
    /** Returns the calls since the last time it was called. */
    taken: () => calls.splice(0),
    fail,
    ...losses,
    seed: (objects: JsonObject) => void emulator.control('POST', 'seed', objects),
    control: emulator.control,
    /** Sends a request directly to Datadog, as a person does. */
    person(method: string, path: string, sent?: JsonObject): JsonObject {
      losses.land();
      emulator.clock.now = clock.now();
      return jsonBody(emulator.send(method, path, sent));
    },
  };
}
