import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readHandlesFile } from './read-handles-file.ts';

const read = (text: string) => readHandlesFile(Buffer.from(text));

describe('a file of handles', () => {
  for (const [form, text] of [
    [
      'a handle on each line, with comments',
      '# ours\n@slack-orders\r\n\n  jane@example.com  # Jane\nwebhook-*',
    ],
    ['a YAML list', '# ours\n- "@slack-orders"\n- jane@example.com\n- webhook-*\n'],
    ['a list in brackets', '["@slack-orders", jane@example.com, "webhook-*"]'],
  ] as const)
    it(`is ${form}`, async () => {
      const known = await read(text);
      assert.equal(known.size, 3);
      for (const handle of ['slack-orders', 'Jane@example.com', 'webhook-x'])
        assert.equal(known.stateOf(handle), 'known', handle);
      for (const handle of ['slack-other', 'anybody']) assert.equal(known.stateOf(handle), 'unknown', handle);
      assert.equal(known.stateOf('joe@example.com'), 'undecided');
    });

  for (const [why, text, fault] of [
    ['it is empty', '# none\n', /^1:1: the file has no handles$/],
    ['a line has two handles', '@slack-a\n@slack-b @slack-c\n', /^2:1: "@slack-b @slack-c" is not a handle/],
    ['it is a map', 'handles:\n  - a\n', /^1:1: "handles:" is not a handle.*\n2:1: "- a"/],
    ['an entry of the list is a number', '- a\n- 5\n', /^2:3: A handle must be a string/],
    ['an entry of the list is no handle', '- "a b"\n', /^1:3: A handle is a name such as/],
    ['an entry is too long', `${'a'.repeat(300)}\n`, /^1:1: "a{60}" is not a handle/],
    ['it has too many handles', 'a\n'.repeat(50_001), /at most 50000 handles/],
    ['it is too large', '#'.repeat(2 ** 21), /the maximum is 1048576 bytes/],
  ] as const)
    it(`is refused with the line if ${why}`, () =>
      assert.rejects(read(text), (error: Error) => fault.test(error.message) || assert.fail(error.message)));

  it('is refused if it is not UTF-8', () => assert.rejects(readHandlesFile(Buffer.from([0x40, 0xff]))));
});
