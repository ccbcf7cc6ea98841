import { parseSync } from '@swc/core';

/** Returns the identifiers of a TypeScript text, each with the first line on which it occurs. Throws Error if it cannot be parsed. */
export function namesIn(text: string): ReadonlyMap<string, number> {
  const names = new Set<string>();
  collect(parseSync(text, { syntax: 'typescript', target: 'esnext' }), names);
  return new Map([...names].map((name) => [name, lineOf(name, text)]));
}

function collect(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, names);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node && (node.type === 'Identifier' || node.type === 'PrivateName') && 'value' in node)
    if (typeof node.value === 'string') names.add(node.value);
  for (const child of Object.values(node)) collect(child, names);
}

/** Returns the line of a position. The parser's positions continue from file to file. */
function lineOf(name: string, text: string): number {
  const lines = text.split('\n');
  return lines.findIndex((line) => line.split(/[^\w$]/).includes(name)) + 1;
}
