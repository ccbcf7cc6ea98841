import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place in a source file that breaks a rule. */
export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

const CALL = /(?:\b(?:push|unshift|splice|concat|fromCharCode|fromCodePoint)|\bMath\.(?:max|min|hypot))\(/g;
const TABLE = /^(?:export )?const ([A-Z][A-Z_]*): (?:Readonly<)?(?:Partial<)?Record<string,/gm;

/** Rules for src/ and emulators/ that no linter has, with where each is broken. */
export function breachesIn(file: string, text: string): Breach[] {
  const breaches: Breach[] = [];
  const add = (at: number, rule: string) =>
    breaches.push({ file, line: text.slice(0, at).split('\n').length, rule });
  for (const { 0: call, index } of text.matchAll(CALL))
    if (spreads(text, index + call.length))
      add(index, 'a list is spread into arguments: use src/domain/append.ts');
  if (file.startsWith('src/'))
    for (const { 1: name, index } of text.matchAll(TABLE))
      if (text.includes(`${name}[`)) add(index, 'a table that is looked up by a word is a Map');
  return breaches;
}

/** Whether an argument of the call that opens before `from` is spread; brackets within the arguments are skipped. */
function spreads(text: string, from: number): boolean {
  let depth = 1;
  for (let at = from; at < text.length && depth > 0; at += 1) {
    const sign = text.charAt(at);
    if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) depth -= 1;
    else if (depth === 1 && text.startsWith('...', at)) return true;
  }
  return false;
}

/** Every breach in the sources below a folder, tests left out. */
export function breachesBelow(root: string): Breach[] {
  return globSync('{src,emulators}/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .toSorted()
    .flatMap((file) => breachesIn(file, readFileSync(join(root, file), 'utf8')));
}
