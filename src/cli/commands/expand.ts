import { type JsonObject, printJson } from '../../domain/json.ts';
import { printYaml } from '../../format/encode-yaml.ts';
import { command } from '../command.ts';
import { readDocuments } from '../documents/documents.ts';
import { EXIT } from '../exit-status.ts';
import { FILES, flag } from '../options.ts';
import { printFindings } from '../print/print-text.ts';
import { INPUT_FORMAT, SET } from './client-options.ts';

const JSON_OUTPUT = flag('json', 'print JSON instead of YAML; several documents are one list');

export const expandCommand = command({
  name: 'expand',
  summary: 'Print documents without parameters, variants, each and packs',
  description:
    'Print documents as they are linted, planned and applied: with the values of their parameters, one entry per variant and value of each, and the entries of packs. FILE is a .yaml, .yml, .json or .toml file, or a folder; - is standard input.',
  examples: ['birddog expand payments.yaml', 'birddog expand --set depth=5000 payments.yaml'],
  options: [JSON_OUTPUT, SET, INPUT_FORMAT],
  operands: FILES,
  statuses: {
    done: 'the documents were printed',
    failed: 'a document cannot be read, or its expansion has an error',
  },
  run: async ({ operands: files, get }, io) => {
    const options = { inputFormat: get(INPUT_FORMAT), set: get(SET) };
    const expanded: JsonObject[] = [];
    let hasFailed = false;
    for (const { document, failure } of await readDocuments(files, options, io, io.paintErr)) {
      if (failure) io.err(failure.text);
      else if (document.notes.length > 0)
        io.err(printFindings({ ...document.file, findings: document.notes }, io.paintErr));
      if (failure || document.notes.some(({ severity }) => severity === 'error')) hasFailed = true;
      else expanded.push(document.value);
    }
    if (expanded.length > 0)
      io.outExact(get(JSON_OUTPUT) ? json(expanded) : expanded.map(printYaml).join('---\n'));
    return hasFailed ? EXIT.failed : EXIT.done;
  },
});

function json(documents: readonly JsonObject[]): string {
  const [only] = documents;
  return `${printJson(documents.length === 1 && only ? only : [...documents])}\n`;
}
