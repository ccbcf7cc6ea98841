import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Severity } from '../../domain/finding.ts';
import { hiddenText, ofChangedObjects } from './shown-findings.ts';

const finding = (severity: Severity, pointer: string) => ({
  code: 'c',
  severity,
  message: 'M.',
  pointer,
  line: 1,
  column: 1,
});
const OBJECTS = [
  { kind: 'monitor', key: 'same', action: 'none' },
  { kind: 'monitor', key: 'new', action: 'create' },
  { kind: 'dashboard', key: 'same', action: 'update' },
] as const;
const ENTRIES = [
  { kind: 'monitor', key: 'same', pointer: '/monitors/1' },
  { kind: 'monitor', key: 'new', pointer: '/monitors/11' },
  { kind: 'dashboard', key: 'same', pointer: '/dashboards/1' },
] as const;

describe('the findings about changed objects', () => {
  for (const [severity, pointer, isShown] of [
    ['warning', '/monitors/1/query', false],
    ['warning', '/monitors/1', false],
    ['error', '/monitors/1/query', true],
    ['warning', '/monitors/11/query', true],
    ['info', '/monitors/11/query', false],
    ['warning', '/dashboards/1/title', true],
    ['warning', '/monitors/2', true],
    ['info', '', true],
    ['warning', '/tags/0', true],
  ] as const)
    it(`${isShown ? 'include' : 'do not include'} one of severity ${severity} at "${pointer}"`, () => {
      const { findings } = ofChangedObjects([finding(severity, pointer)], OBJECTS, ENTRIES);
      assert.equal(findings.length, isShown ? 1 : 0);
    });

  it('come with the number of the others', () => {
    const { hidden } = ofChangedObjects(
      [finding('warning', '/monitors/1'), finding('info', '/monitors/1'), finding('info', '/monitors/11')],
      OBJECTS,
      ENTRIES,
    );
    assert.deepEqual(hidden, { infos: 1, unchanged: 2 });
    assert.equal(
      hiddenText(hidden),
      '2 findings about unchanged objects and 1 info not shown (pass --all-findings)',
    );
  });
});
