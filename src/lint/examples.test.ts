import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Finding, Position } from '../domain/finding.ts';
import { pointerSteps, type Pointer } from '../domain/pointer.ts';
import { decode } from '../format/decode.ts';
import { type Format, OBJECT_LIMITS } from '../format/decoded.ts';
import { applyEdits } from '../format/edit/apply-edits.ts';
import { RULE_GROUPS, type RuleGroup } from './rule-groups.ts';
import { SERIALIZATIONS, type Serialization } from '../../test/serializations.ts';

/** A string that no example contains. */
const SENTINEL = 'zzsentinelzz';

interface Located extends Finding {
  readonly position: Position;
}

for (const kind of ['monitor', 'dashboard']) {
  it(`each rule about a ${kind} has a unique code`, () => {
    const groups = RULE_GROUPS.filter((group) => group.kind === kind || group.kind === 'any');
    const codes = groups.flatMap(({ rules }) => rules.map(({ code }) => code));
    assert.deepEqual(
      codes.filter((code, at) => codes.indexOf(code) < at),
      [],
    );
  });
}

for (const { title, rules, lint } of RULE_GROUPS) {
  const examples = await Promise.all(rules.map((rule) => exampleOf(rule, lint)));
  describe(`the rules about ${title}`, () => {
    for (const { code, severity, bad, good, clean, object, fix } of examples) {
      const serializations = SERIALIZATIONS.filter(
        ({ format }) => format !== 'toml' || !containsNull(object),
      );

      it(`${code}: the bad example has only this finding, at the marked position`, async () => {
        const found = await lintText(clean, 'yaml', lint);
        assert.deepEqual(
          found.map((finding) => `${finding.code} ${finding.severity}`),
          [`${code} ${severity}`],
        );
        assert.deepEqual(found[0]?.position, positionOf(bad, '⟦'));
      });

      it(`${code}: the good example has no finding`, async () => {
        assert.deepEqual(await lintText(good, 'yaml', lint), []);
      });

      if (fix) {
        it(`${code}: the fixed example has no finding`, async () => {
          const fixed = await applyEdits(clean, 'yaml', fix.edits);
          assert.ok(fixed !== undefined, 'the fix can be applied');
          assert.deepEqual(lint(await objectIn(fixed, 'yaml'), ''), [], fixed);
        });
      }

      for (const serialization of serializations) {
        it(`${code}: has the same finding, position and fix in ${serialization.name}`, async () => {
          const text = serialization.serialize(object);
          const [found, ...more] = await lintText(text, serialization.format, lint);
          assert.ok(found, text);
          assert.deepEqual([found.code, more], [code, []]);
          assertPosition(found, object, serialization);
          assert.deepEqual(
            await lintText(serialization.serialize(await objectIn(good, 'yaml')), serialization.format, lint),
            [],
            'the good example',
          );
          if (!found.fix) return;
          const fixed = await applyEdits(text, serialization.format, found.fix.edits);
          assert.ok(fixed !== undefined, 'the fix can be applied');
          assert.deepEqual(lint(await objectIn(fixed, serialization.format), ''), [], fixed);
        });
      }
    }
  });
}

/** Returns a rule with its parsed bad example, and the fix of the finding if it has one. */
async function exampleOf<R extends RuleGroup['rules'][number]>(rule: R, lint: RuleGroup['lint']) {
  const clean = rule.bad.replace(/[⟦⟧]/g, '');
  const object = await objectIn(clean, 'yaml');
  return { ...rule, clean, object, fix: lint(object, '')[0]?.fix };
}

/** Returns whether an object contains null, which TOML cannot represent. */
function containsNull(object: JsonObject): boolean {
  return JSON.stringify(object).includes(':null');
}

/** Asserts that a finding has the line and column of a sentinel serialized at its pointer. */
function assertPosition(
  { pointer, at, position }: Located,
  object: JsonObject,
  serialization: Serialization,
): void {
  // The position of a whole block scalar is that of its text, after the indicator.
  if (serialization.blockScalars && at === undefined && pointerSteps(pointer).length === 1) return;
  const marked = serialization.serialize(withSentinelAt(object, pointer, at));
  assert.deepEqual(position, positionOf(marked, serialization.escape(SENTINEL), at === undefined ? 1 : 0));
}

async function objectIn(text: string, format: Format): Promise<JsonObject> {
  const { value } = await decode(text, format, OBJECT_LIMITS);
  assert.ok(isObject(value));
  return value;
}

async function lintText(text: string, format: Format, lint: RuleGroup['lint']): Promise<Located[]> {
  const { value, locate } = await decode(text, format, OBJECT_LIMITS);
  assert.ok(isObject(value));
  return lint(value, '').map((finding) => ({ ...finding, position: locate(finding.pointer, finding.at) }));
}

/** Returns the position of a mark, or of a character before it. */
function positionOf(text: string, mark: string, before = 0): Position {
  assert.ok(text.includes(mark), `${mark} is in the text`);
  const lines = text.slice(0, text.indexOf(mark) - before).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** Returns a copy with a sentinel in place of the value at a pointer, or inserted into the string there. */
function withSentinelAt(object: JsonObject, pointer: Pointer, at: number | undefined): JsonObject {
  const copy = structuredClone(object);
  setAt(copy, pointer, (value) =>
    at === undefined || typeof value !== 'string'
      ? SENTINEL
      : `${value.slice(0, at)}${SENTINEL}${value.slice(at)}`,
  );
  return copy;
}

/** Replaces the value at a pointer. */
function setAt(root: Json, pointer: Pointer, change: (value: Json | undefined) => Json): void {
  const steps = pointerSteps(pointer);
  const last = steps.pop();
  let parent: Json | undefined = root;
  for (const step of steps) {
    if (Array.isArray(parent)) parent = parent[Number(step)];
    else if (isObject(parent)) parent = parent[step];
  }
  assert.ok(last !== undefined);
  if (Array.isArray(parent)) parent[Number(last)] = change(parent[Number(last)]);
  else if (isObject(parent)) parent[last] = change(parent[last]);
}
