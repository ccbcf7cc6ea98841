import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Severity } from '../../domain/finding.ts';
import { printJson } from './finding-json.ts';
import { printGithub } from './print-github.ts';
import { printSarif } from './print-sarif.ts';
import { printText } from './print-text.ts';

/** The name of each severity in each output. */
const NAMES: Readonly<Record<Severity, Readonly<Record<'text' | 'json' | 'sarif' | 'github', string>>>> = {
  error: { text: 'error', json: 'error', sarif: 'error', github: 'error' },
  warning: { text: 'warning', json: 'warning', sarif: 'warning', github: 'warning' },
  info: { text: 'info', json: 'info', sarif: 'note', github: 'notice' },
};
const SEVERITIES = ['error', 'warning', 'info'] as const;

it('each severity has its name in each output', async () => {
  const finding = { code: 'c', message: 'M.', pointer: '/a', line: 1, column: 1 };
  for (const severity of SEVERITIES) {
    const files = [
      { name: 'f', format: 'yaml', text: 'a: 1\n', findings: [{ ...finding, severity }] } as const,
    ];
    const names = NAMES[severity];
    assert.match(
      printText(files, (_style, text) => text),
      new RegExp(`^f:1:1: ${names.text}: M\\. \\[c\\]\n`),
    );
    assert.match(printJson(files), new RegExp(`"severity": ?"${names.json}"`));
    assert.match(await printSarif(files), new RegExp(`"ruleIndex": ?\\d+,\\s*"level": ?"${names.sarif}"`));
    assert.match(printGithub(files), new RegExp(`^::${names.github} `));
  }
});
