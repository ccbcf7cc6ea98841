import { printJson } from '../../src/domain/json.ts';
import { ProblemError } from '../../src/domain/problem.ts';
import { decode } from '../../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../../src/format/decoded.ts';
import { printYaml } from '../../src/format/encode-yaml.ts';
import type { Served, Target } from './target.ts';

/** Targets with one fault each, selected by the query of the module's URL (`?throws`). Tests assert that the fuzzer finds each. */

/** A case whose body contains this word triggers the fault. */
const TRIGGER = 'birddog_key';

const FINE: Served = { body: { findings: [] }, planned: true };
const leaked: Buffer[] = [];

const SERVE: Readonly<Record<string, (text: string) => Served>> = {
  throws: () => {
    throw new TypeError('x is not a function');
  },
  fails: () => {
    throw new ProblemError('internal', 'unforeseen');
  },
  hangs: () => {
    for (;;);
  },
  ends: () => process.exit(7),
  placeless: () => ({ ...FINE, body: { findings: [{ code: 'no_place', pointer: '' }] } }),
  astray: () => ({
    ...FINE,
    body: { findings: [{ code: 'lost', pointer: '/no/where', line: 1, column: 1 }] },
  }),
};

/** Faults that every case triggers. */
const ALWAYS: Readonly<Record<string, (text: string) => void>> = {
  leaks: () => void leaked.push(Buffer.alloc(20_000)),
  quadratic(text) {
    for (const [run] of text.matchAll(/(.{1,8}?)\1{200,}/gs)) {
      // A longer body would take seconds.
      if (run.length < 8000) spin(run.length ** 2 * 10);
    }
  },
};

/** Uses this much CPU time (ns), independent of the load of the machine. */
function spin(ns: number): void {
  const start = process.cpuUsage();
  for (let spent = 0; spent < ns; ) {
    const { user, system } = process.cpuUsage(start);
    spent = (user + system) * 1000;
  }
}

export function createTarget(): Target {
  const fault = new URL(import.meta.url).search.slice(1);
  const serve = SERVE[fault];
  return {
    decode: ({ body, format }) => decode(body, format, DOCUMENT_LIMITS),
    async serve({ body }) {
      const text = Buffer.from(body).toString('latin1');
      ALWAYS[fault]?.(text);
      return serve && text.includes(TRIGGER) ? serve(text) : FINE;
    },
    encode: (body, format) =>
      format === 'json' ? printJson(body) : fault === 'unreadable' ? 'a: b: c' : printYaml(body),
  };
}
