import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fixText } from '../src/cli/documents/fix-text.ts';
import { lintText } from '../src/cli/documents/lint-text.ts';
import { withoutInfos } from '../src/cli/documents/shown-findings.ts';
import { formatOfFile } from '../src/cli/documents/text-files.ts';
import { printText } from '../src/cli/print/print-text.ts';

/** Documents with one mistake each. Beside each, the file with `.txt` added to its name has the exact output of lint. */
const FOLDER = new URL('wrong-documents/', import.meta.url);
/** Set it to write the output to the files again. */
const WRITES = process.env['BIRDDOG_WRITE_GOLDEN'] === 'true';

const names = (await readdir(FOLDER)).filter((name) => !name.endsWith('.txt')).toSorted();

async function lintedFile(name: string, text: string) {
  const format = formatOfFile(name, undefined);
  return { name, format, text, ...withoutInfos(await lintText(text, format)) };
}

describe('a document with one mistake', () => {
  it('is in each of the formats', () => {
    assert.ok(names.length >= 30);
    for (const end of ['.yaml', '.json', '.toml'])
      assert.ok(names.filter((name) => name.endsWith(end)).length >= 5, end);
  });

  for (const name of names) {
    it(`has one finding with at most three lines, and a fix that passes lint: ${name}`, async () => {
      const text = await readFile(new URL(name, FOLDER), 'utf8');
      const file = await lintedFile(name, text);
      const output = printText([file], (_, shown) => shown);
      const golden = new URL(`${name}.txt`, FOLDER);
      if (WRITES) await writeFile(golden, output);
      assert.equal(output, await readFile(golden, 'utf8'));
      assert.equal(file.findings.length, 1);
      const excerpt = /^ +\d* \|/;
      const [block = ''] = output.split('\n\n');
      const lines = block.split('\n').filter((line) => !excerpt.test(line));
      assert.ok(lines.length <= 3, block);
      if (file.findings.every(({ fix }) => fix === undefined)) return;
      const fixed = await fixText(text, file.format);
      assert.deepEqual((await lintedFile(name, fixed.text)).findings, [], fixed.text);
    });
  }
});
