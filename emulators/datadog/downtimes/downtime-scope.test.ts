import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DatadogError } from '../datadog-error.ts';
import { parseScope } from './downtime-scope.ts';

const TAGS = new Set(['env:prod', 'team:a', 'name:two words']);
const holds = (scope: string) => parseScope(scope)((tag) => TAGS.has(tag));

describe('a scope', () => {
  const scopes: readonly [scope: string, holds: boolean][] = [
    ['*', true],
    ['env:prod', true],
    ['env:staging', false],
    ['name:"two words"', true],
    ['env:prod AND team:a', true],
    ['env:prod AND team:b', false],
    ['env:prod team:b', false],
    ['team:b OR env:prod', true],
    ['team:b OR env:prod AND team:a', true],
    ['(team:b OR env:prod) AND team:c', false],
    ['NOT env:prod', false],
    ['NOT (env:staging OR team:b)', true],
    ['-team:b', true],
    ['!env:prod', false],
    ['env:(staging OR prod)', true],
    ['env:(staging OR NOT prod)', false],
    ['team:a and env:(staging or prod)', true],
    ['env IN (staging, prod)', true],
    ['env NOT IN (staging,dev)', true],
    ['env IN (staging,dev)', false],
  ];
  for (const [scope, expected] of scopes)
    it(`${scope} ${expected ? 'holds' : 'does not hold'}`, () => assert.equal(holds(scope), expected));

  const rejected: readonly [scope: string, message: string][] = [
    ['staging', 'All values must have a key'],
    ['env:prod AND staging', 'All values must have a key'],
    ['(env:prod OR staging)', 'All values must have a key'],
    [':staging', 'All values must have a key'],
    ['', 'Invalid scope parameter'],
    ['(env:prod', 'Invalid scope parameter'],
    ['env:prod)', 'Invalid scope parameter'],
    ['env:prod AND', 'Invalid scope parameter'],
    ['env IN (staging', 'Invalid scope parameter'],
  ];
  for (const [scope, message] of rejected) {
    it(`${scope || 'an empty scope'} is rejected: ${message}`, () => {
      assert.throws(() => parseScope(scope), new DatadogError(400, message));
    });
  }
});
