import { nearest } from '../../lint/nearest.ts';
import type { Pack } from '../../expand/packs.ts';
import { describePack, exampleUse, listPacks, objectsOf } from '../../packs/describe-pack.ts';
import { BUILT_IN, installedPacks } from '../../packs/installed-packs.ts';
import { command } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { flag, type Operands, UsageError } from '../options.ts';
import { visible } from '../print/visible.ts';

const JSON_OUTPUT = flag('json', 'print what GET /packs and GET /packs/NAME return');

const NAME: Operands<string | undefined> = {
  usage: '[NAME]',
  words: BUILT_IN,
  read([name, ...more]) {
    if (more.length > 0) throw new UsageError(`unexpected argument "${more[0]}": packs takes one name`);
    return name;
  },
};

export const packsCommand = command({
  name: 'packs',
  summary: 'Show the packs that documents can use, or the parameters of one',
  description:
    'Show the packs that documents can use, offline: those of Birddog and of the folder BIRDDOG_PACKS. With NAME, show the parameters of the newest version of that pack and what it makes.',
  examples: ['birddog packs', 'birddog packs rabbitmq'],
  options: [JSON_OUTPUT],
  operands: NAME,
  statuses: { done: 'the packs were printed', failed: 'there is no pack with that name' },
  run: async ({ operands: name, get }, io) => {
    const library = await installedPacks(io.lintConfig.packs);
    if (name === undefined) {
      const all = listPacks(library);
      if (get(JSON_OUTPUT)) io.outExact(`${JSON.stringify(all, null, 2)}\n`);
      else
        io.out(
          table(all.packs.map((pack) => [`${pack['name']} ${pack['version']}`, String(pack['summary'])])),
        );
      return EXIT.done;
    }
    const pack = library.versionsOf(name).at(-1);
    if (!pack) {
      const meant = nearest(name, library.names());
      const advice =
        meant === undefined ? `Packs: ${library.names().join(', ')}.` : `Did you mean "${meant}"?`;
      io.err(`birddog packs: there is no pack "${name}". ${advice}\n`);
      return EXIT.failed;
    }
    if (get(JSON_OUTPUT)) io.outExact(`${JSON.stringify(describePack(pack), null, 2)}\n`);
    else io.out(packText(pack));
    return EXIT.done;
  },
});

function packText(pack: Pack): string {
  const parameters = [...pack.parameters].map(([name, { type, description, default: standard }]) => [
    name,
    type,
    standard === undefined ? 'required' : `default ${String(standard)}`,
    description,
  ]);
  const objects = objectsOf(pack).map(({ kind, key, title, severity }) => [
    kind,
    `${pack.name}-${key}`,
    severity ?? '',
    title,
  ]);
  return [
    `${pack.name} ${pack.version}: ${visible(pack.summary)}\n`,
    `In a document:\n  ${visible(exampleUse(pack))}\n`,
    `Parameters, in "with":\n${table(parameters, '  ')}`,
    `It makes:\n${table(objects, '  ')}`,
  ].join('\n');
}

/** Returns rows as lines whose columns are aligned. */
function table(cells: readonly (readonly string[])[], indent = ''): string {
  const rows = cells.map((row) => row.map(visible));
  const widths = (rows[0] ?? []).map((_, at) =>
    rows.reduce((width, row) => Math.max(width, row[at]?.length ?? 0), 0),
  );
  return rows
    .map(
      (row) => `${indent}${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd() + '\n',
    )
    .join('');
}
