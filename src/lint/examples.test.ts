import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Finding, Position } from '../domain/finding.ts';
import { pointerSteps, type Pointer } from '../domain/pointer.ts';
import { decode } from '../format/decode.ts';
import { type Format, OBJECT_LIMITS } from '../format/decoded.ts';
import { applyEdits } from '../format/edit/apply-edits.ts';
import { RULE_GROUPS, type RuleGroup } from './rule-groups.ts';
import { WAYS_OF_WRITING, type WayOfWriting } from './ways-of-writing.ts';

/** What no example has in it. */
const SENTINEL = 'zzsentinelzz';

interface Located extends Finding {
  readonly position: Position;
}

it('each rule has a unique code', () => {
  const codes = RULE_GROUPS.flatMap(({ rules }) => rules.map(({ code }) => code));
  assert.deepEqual(
    codes.filter((code, at) => codes.indexOf(code) < at),
    [],
  );
});

for (const { title, rules, lint } of RULE_GROUPS) {
  const examples = await Promise.all(rules.map((rule) => exampleOf(rule, lint)));
  describe(`the rules about ${title}`, () => {
    for (const { code, severity, bad, good, clean, object, fix } of examples) {
      const ways = WAYS_OF_WRITING.filter(({ format }) => format !== 'toml' || !holdsNull(object));

      it(`${code}: the bad example has only this finding, at the mark`, async () => {
        const found = await linted(clean, 'yaml', lint);
        assert.deepEqual(
          found.map((finding) => `${finding.code} ${finding.severity}`),
          [`${code} ${severity}`],
        );
        assert.deepEqual(found[0]?.position, positionOf(bad, '⟦'));
      });

      it(`${code}: the good example has no finding`, async () => {
        assert.deepEqual(await linted(good, 'yaml', lint), []);
      });

      if (fix) {
        it(`${code}: the fixed example has no finding`, async () => {
          const fixed = await applyEdits(clean, 'yaml', fix.edits);
          assert.ok(fixed !== undefined, 'the text takes the fix');
          assert.deepEqual(lint(await objectIn(fixed, 'yaml'), ''), [], fixed);
        });
      }

      for (const way of ways) {
        it(`${code}: has the same finding, position and fix in ${way.name}`, async () => {
          const text = way.print(object);
          const [found, ...more] = await linted(text, way.format, lint);
          assert.ok(found, text);
          assert.deepEqual([found.code, more], [code, []]);
          assertPlace(found, object, way);
          assert.deepEqual(
            await linted(way.print(await objectIn(good, 'yaml')), way.format, lint),
            [],
            'the good example',
          );
          if (!found.fix) return;
          const fixed = await applyEdits(text, way.format, found.fix.edits);
          assert.ok(fixed !== undefined, 'the text takes the fix');
          assert.deepEqual(lint(await objectIn(fixed, way.format), ''), [], fixed);
        });
      }
    }
  });
}

/** A rule with its bad example as an object, and the fix where one is certain. */
async function exampleOf<R extends RuleGroup['rules'][number]>(rule: R, lint: RuleGroup['lint']) {
  const clean = rule.bad.replace(/[⟦⟧]/g, '');
  const object = await objectIn(clean, 'yaml');
  return { ...rule, clean, object, fix: lint(object, '')[0]?.fix };
}

/** TOML has no null, so there is no such example in it. */
function holdsNull(object: JsonObject): boolean {
  return JSON.stringify(object).includes(':null');
}

/** The place is where a sentinel stands that is printed at the same place of the value. */
function assertPlace({ pointer, at, position }: Located, object: JsonObject, way: WayOfWriting): void {
  // A whole text in a block begins behind the sign of the block.
  if (way.blocks && at === undefined && pointerSteps(pointer).length === 1) return;
  const marked = way.print(markedAt(object, pointer, at));
  assert.deepEqual(position, positionOf(marked, way.spell(SENTINEL), at === undefined ? 1 : 0));
}

async function objectIn(text: string, format: Format): Promise<JsonObject> {
  const { value } = await decode(text, format, OBJECT_LIMITS);
  assert.ok(isObject(value));
  return value;
}

async function linted(text: string, format: Format, lint: RuleGroup['lint']): Promise<Located[]> {
  const { value, locate } = await decode(text, format, OBJECT_LIMITS);
  assert.ok(isObject(value));
  return lint(value, '').map((finding) => ({ ...finding, position: locate(finding.pointer, finding.at) }));
}

/** Where a mark stands, or so many characters before it. */
function positionOf(text: string, mark: string, before = 0): Position {
  assert.ok(text.includes(mark), `${mark} is in the text`);
  const lines = text.slice(0, text.indexOf(mark) - before).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** The object with a sentinel instead of the value at a pointer, or within the text there. */
function markedAt(object: JsonObject, pointer: Pointer, at: number | undefined): JsonObject {
  const copy = structuredClone(object);
  setAt(copy, pointer, (value) =>
    at === undefined || typeof value !== 'string'
      ? SENTINEL
      : `${value.slice(0, at)}${SENTINEL}${value.slice(at)}`,
  );
  return copy;
}

/** Puts another value at a pointer. */
function setAt(root: Json, pointer: Pointer, change: (value: Json | undefined) => Json): void {
  const steps = pointerSteps(pointer);
  const last = steps.pop();
  let holder: Json | undefined = root;
  for (const step of steps) {
    if (Array.isArray(holder)) holder = holder[Number(step)];
    else if (isObject(holder)) holder = holder[step];
  }
  assert.ok(last !== undefined);
  if (Array.isArray(holder)) holder[Number(last)] = change(holder[Number(last)]);
  else if (isObject(holder)) holder[last] = change(holder[last]);
}
