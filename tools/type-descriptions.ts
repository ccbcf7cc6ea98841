import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the descriptions in the models of Datadog's client of the types in a table of `widgetTypesText` and of their fields:
 * `Type` or `Type.field`, a tab and the description on each line, sorted.
 */
export function descriptionsText(folder: string, table: string): string {
  const lines = table
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([type = '', sign, ...fields]) =>
      sign === ':'
        ? descriptionsIn(
            join(folder, type),
            type,
            fields.map((field) => /^\w+/.exec(field)?.[0] ?? ''),
          )
        : [],
    );
  return `${lines.toSorted().join('\n')}\n`;
}

function descriptionsIn(file: string, type: string, fields: readonly string[]): string[] {
  const declared = readFileSync(`${file}.d.ts`, 'utf8');
  const [, attributes = ''] = readFileSync(`${file}.js`, 'utf8').split('.attributeTypeMap = ');
  const members = new Map(
    [...attributes.matchAll(/^ {4}"?(\w+)"?: \{\s+baseName: "([^"]+)"/gm)].map(([, member = '', name]) => [
      name,
      member,
    ]),
  );
  return [
    [type, `export declare class ${type} `],
    ...fields.map((field) => [`${type}.${field}`, `"${members.get(field)}"`]),
  ].flatMap(([name = '', declaration = '']) => {
    const description = commentBefore(declared, declaration);
    return description === '' ? [] : [`${name}\t${description}`];
  });
}

/** Returns the text of the comment that ends before a declaration, on one line. */
function commentBefore(source: string, declaration: string): string {
  const [before = '', ...after] = source.split(
    `\n${declaration.startsWith('"') ? '    ' : ''}${declaration}`,
  );
  if (after.length === 0 || !before.trimEnd().endsWith('*/')) return '';
  const comment = before.slice(before.lastIndexOf('/**') + 3, before.lastIndexOf('*/'));
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*/, '').trim())
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}
