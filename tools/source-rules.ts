import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A violation of a rule in a source file. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

const CALL = /(?:\b(?:push|unshift|splice|concat|fromCharCode|fromCodePoint)|\bMath\.(?:max|min|hypot))\(/g;
/** A table that is written out, not an object that is filled later. */
const TABLE = /^ *(?:export )?const (\w+): (?:Readonly<)?(?:Partial<)?Record<string,.*> = \{(?!\})/gm;

/** Returns the violations of rules for src/ and emulators/ that no linter provides. */
export function violationsIn(file: string, text: string): Violation[] {
  const violations: Violation[] = [];
  const add = (at: number, rule: string) =>
    violations.push({ file, line: text.slice(0, at).split('\n').length, rule });
  for (const { 0: call, index } of text.matchAll(CALL))
    if (spreads(text, index + call.length))
      add(index, 'spreads a list into arguments: use src/domain/append.ts');
  for (const { 1: name, index } of text.matchAll(TABLE))
    if (text.includes(`${name}[`)) add(index, 'looks a word up in an object: use a Map');
  return violations;
}

/** Returns whether an argument of the call that opens before `from` is spread. Skips nested brackets. */
function spreads(text: string, from: number): boolean {
  let depth = 1;
  for (let at = from; at < text.length && depth > 0; at += 1) {
    const character = text.charAt(at);
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (depth === 1 && text.startsWith('...', at)) return true;
  }
  return false;
}

/** Returns the violations in all sources below a folder, except in tests. */
export function violationsBelow(root: string): Violation[] {
  return globSync('{src,emulators}/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .toSorted()
    .flatMap((file) => violationsIn(file, readFileSync(join(root, file), 'utf8')));
}
