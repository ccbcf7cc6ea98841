import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type CallersPod, startCallersPod, tokensFile } from '../acceptance/callers-pod.ts';

let at: CallersPod;
before(async () => {
  const robot = { name: 'robot', token: 'x'.repeat(40), groups: ['g'], days: 1 };
  at = await startCallersPod("rules: [{groups: [g], applications: ['*'], may: [read]}]", tokensFile([robot]));
});
after(() => at.stop());

const HIDDEN = [
  '\u2028',
  '\u2029',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200f',
  '\ufeff',
  '\x85',
  '\x07',
  '\u{e0041}',
];
/** A log line with a character that splits or disguises it. */
const DISGUISED = /[\p{Zl}\p{Zp}\p{Cf}\x7f-\x9f]/u;

describe('a caller whose name splits or disguises lines', () => {
  it('is rejected in a token of an issuer', async () => {
    for (const char of HIDDEN) {
      const token = await at.oidcToken({ sub: `ro${char}ot`, groups: ['g'] });
      assert.equal((await at.ask(token, 'GET', '/get_monitors?application=a')).status, 401, escape(char));
    }
    const plain = await at.oidcToken({ sub: 'zoë', groups: ['g'] });
    assert.equal((await at.ask(plain, 'GET', '/get_monitors?application=a')).status, 200);
  });

  it('is rejected in the header of the sidecar, and no log line contains such a character', async () => {
    const file = (name: string) => readFileSync(join(at.pod.secretsMain, name), 'utf8');
    const agent = new https.Agent({
      keepAlive: true,
      maxSockets: 4,
      ca: file('ca.crt'),
      cert: file('tls.crt'),
      key: file('tls.key'),
    });
    const statusFor = (caller: string, path: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = { 'birddog-caller': encodeURIComponent(caller) };
        const asked = https.get(new URL(path, at.pod.sidecarUrl), { agent, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        asked.on('error', reject);
      });
    const name = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 10 }), fc.constantFrom(...HIDDEN));
    await fc.assert(
      fc.asyncProperty(name, async ([text, char]) => {
        const path = `/nowhere/${encodeURIComponent(text + char)}`;
        assert.equal(await statusFor(`a${text}${char}b`, '/get_monitors?application=a'), 400);
        assert.equal(await statusFor('plain', path), 404);
      }),
      { numRuns: 1000 },
    );
    agent.destroy();
    const line = at.pod
      .output()
      .split('\n')
      .find((one) => DISGUISED.test(one));
    assert.equal(line, undefined);
    assert.match(at.pod.output(), /"path":"\/nowhere\/[^"]*\\u2028"/);
  });
});
