import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { descriptionsText } from './type-descriptions.ts';
import { DESCRIPTIONS, OUTPUTS } from './widget-types.ts';

it('reads the descriptions of types and fields from the models of the client', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'type-descriptions-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'Note.js'),
    'Note.attributeTypeMap = {\n    fontSize: {\n        baseName: "font_size",\n    },\n    text: {\n        baseName: "text",\n    },\n};\n',
  );
  writeFileSync(
    join(folder, 'Note.d.ts'),
    `/** Licence. */\nimport { A } from "a";\n/**\n * A note,\n *   with \`text\`.\n */\nexport declare class Note {\n    /**\n     * Size of the text.\n     */\n    "fontSize"?: string;\n    "text": string;\n}\n`,
  );
  assert.equal(
    descriptionsText(folder, 'Color\t=\tred\nNote\t:\tfont_size:string\ttext!:string\n'),
    'Note\tA note, with `text`.\nNote.font_size\tSize of the text.\n',
  );
});

it('has a description of almost every type and field in the table', () => {
  const described = new Set(
    readFileSync(DESCRIPTIONS, 'utf8')
      .split('\n')
      .map((line) => line.split('\t')[0]),
  );
  const missing = readFileSync(OUTPUTS.lint, 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [type = '', sign, ...fields] = line.split('\t');
      return sign === ':' ? [type, ...fields.map((field) => `${type}.${/^\w+/.exec(field)?.[0]}`)] : [];
    })
    .filter((name) => !described.has(name));
  assert.deepEqual(missing, [
    'ProductAnalyticsAudienceFilters.accounts',
    'ProductAnalyticsAudienceFilters.segments',
    'ProductAnalyticsAudienceFilters.users',
  ]);
});
