import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemError } from '../domain/problem.ts';
import { contentEncodingOf } from './content-encoding.ts';
import { problemReply, replyWith } from './reply.ts';

const PROBLEM = new ProblemError('not_found', 'There is no such object.', { members: { id: 5 } });

describe('a response', () => {
  it('ends with a line break in each format', () => {
    assert.equal(replyWith(200, { a: 1 }, 'json', 'r').body, '{"a":1}\n');
    assert.equal(replyWith(200, { a: 1 }, 'yaml', 'r').body, 'a: 1\n');
    assert.match(problemReply(PROBLEM, 'r').body.toString(), /^\{.*"id":5\}\n$/);
  });
});

describe('a problem', () => {
  for (const [accept, type] of [
    ['application/yaml', 'yaml'],
    ['application/json;q=0.1, application/yaml', 'yaml'],
    ['application/json', 'json'],
    [undefined, 'json'],
    ['image/png', 'json'],
    ['*/*', 'json'],
  ] as const)
    it(`is ${type} for Accept: ${accept}`, () => {
      const { status, headers, body } = problemReply(PROBLEM, 'r-1', accept);
      assert.deepEqual([status, headers['content-type']], [404, `application/problem+${type}`]);
      if (type === 'json') assert.equal(JSON.parse(body.toString()).code, 'not_found');
      else
        assert.match(
          body.toString(),
          /^type: urn:birddog:problem:not_found\n[^]*\ncode: not_found\n[^]*\nid: 5\n$/,
        );
    });

  it('about an unknown Content-Encoding names the known ones in Accept-Encoding', () => {
    try {
      contentEncodingOf('compress');
      assert.fail('it was accepted');
    } catch (error) {
      assert.ok(error instanceof ProblemError);
      const { status, headers } = problemReply(error, 'r');
      assert.deepEqual([status, headers['accept-encoding']], [415, 'gzip, deflate, br, zstd, identity']);
    }
    assert.equal(problemReply(PROBLEM, 'r').headers['accept-encoding'], undefined);
  });
});
