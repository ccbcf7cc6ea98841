import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/assert-linear.ts';
import { secretViolations, secretsIn } from './secrets.ts';

/** Invented secrets, assembled at run time so that secret scanners do not report this file. */
const HEX = '0123456789abcdef'.repeat(3);
const WORD = 'aZ09bY18cX27'.repeat(8);
const signed = ['eyJhbGciOiJIUzI1', 'eyJzdWIiOiIxMjM0', 'sflKxwRJSMeKKF2QT4'].join('.');

const SECRETS: readonly (readonly [description: string, before: string, secret: string, after: string])[] = [
  ['a private key', 'x ', `-----BEGIN RSA ${'PRIVATE'} KEY-----`, '\nMII'],
  ['an AWS access key', 'with ', `AKIA${'IOSFODNN7EXAMPLE'}`, '.'],
  ['a GitHub token', '', `ghp_${WORD.slice(0, 36)}`, ' '],
  ['a GitLab token', 'u:', `glpat-${WORD.slice(0, 20)}`, ''],
  ['an npm token', '', `npm_${WORD.slice(0, 36)}`, ''],
  ['a Slack token', '', `xoxb-${'12345678901'}-${WORD.slice(0, 24)}`, ''],
  [
    'a Slack webhook URL',
    'https://',
    `hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/${WORD.slice(0, 24)}`,
    ' x',
  ],
  ['a Discord webhook URL', 'https://', `discord.com/api/webhooks/123456789012/${WORD.slice(0, 60)}`, ''],
  ['a PagerDuty integration key', 'https://events.pagerduty.com/integration/', HEX.slice(0, 32), '/enqueue'],
  ['a Google API key', '?key=', `AIza${WORD.slice(0, 35)}`, ''],
  ['a Stripe key', '', `sk_live_${WORD.slice(0, 24)}`, ''],
  ['a Vault token', '', `hvs.${WORD.slice(0, 30)}`, ''],
  ['a signed token (JWT)', 'token ', signed, ' x'],
  ['a Datadog key', 'DD-API-KEY: ', HEX.slice(0, 32), "'"],
  ['a Datadog key', 'DD_APP_KEY=', HEX.slice(0, 40), ' x'],
  ['a Datadog key', 'api_key=', HEX.slice(0, 32), '&b'],
  ['a credential', '-H "Authorization: Bearer ', WORD.slice(0, 30), '"'],
  ['a password', 'postgres://app:', 'Tr0ub4dor&3', '@db.example.com/x'],
];

const HARMLESS = [
  'https://app.datadoghq.com/dashboard/abc-def-ghi?from_ts={{eval "last_triggered_at_epoch-1000"}}',
  'http://localhost:8080/@me and http://host:80/a:b@c',
  'https://user:password@host/ or https://{{user}}:{{pass}}@host or https://u:$PASS@host or https://u:<secret>@host',
  'Set DD_API_KEY=<YOUR_API_KEY>, api_key: ${API_KEY}, api_key=********************************',
  `the commit ${HEX.slice(0, 40)} and the trace ${HEX.slice(0, 32)}`,
  'Authorization: Bearer $TOKEN, authorization: none',
  'key: value, the sky_live_stream, AKIAN is a name, xoxo-love',
  'https://hooks.slack.com/services/... and https://events.pagerduty.com/v2/enqueue',
  'error_budget("684def97ccd95fafaed085dfaa505aeb").over("30d") > 75',
];

describe('a secret in a string', () => {
  for (const [description, before, secret, after] of SECRETS) {
    it(`is found at its position: ${description} after "${before}"`, () => {
      const span = { from: before.length, to: before.length + secret.length };
      assert.deepEqual([...secretsIn(`${before}${secret}${after}`)], [{ description, span }]);
    });
  }
  for (const text of HARMLESS) {
    it(`is not found in: ${text}`, () => assert.deepEqual([...secretsIn(text)], []));
  }

  it('is found anywhere in an object, and is not included in the finding', () => {
    const [, before, secret, after] = SECRETS[1] ?? ['', '', '', ''];
    const text = `${before}${secret}${after}`;
    const object = { name: text, tags: ['a', text], options: { variables: [{ query: text }] } };
    const hits = [...secretViolations(object, 'all')];
    assert.deepEqual(
      hits.map(({ path }) => path.join('/')),
      ['name', 'tags/1', 'options/variables/0/query'],
    );
    assert.ok(!JSON.stringify(hits).includes(secret));
  });

  it('is searched for in time linear in the length of the text', async () => {
    for (const piece of [
      '://a:',
      'api_key=',
      'eyJ',
      'https://aaaa:bbbb',
      '-----BEGIN ',
      'xoxb-',
      'authorization: ',
    ]) {
      await assertLinear((length) => [...secretsIn(piece.repeat(length / piece.length))], piece);
    }
  });
});
