import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { Edit } from '../../../src/domain/finding.ts';
import { problemReply, replyWith } from '../../../src/runtime/reply.ts';
import { ProblemError } from '../../../src/domain/problem.ts';
import type { Format } from '../../../src/format/decoded.ts';
import { applyEdits } from '../../../src/format/edit/apply-edits.ts';
import { reorderItems } from '../../../src/format/edit/reorder-items.ts';
import { fixText } from '../../../src/cli/documents/fix-text.ts';
import { excerpt } from '../../../src/cli/print/excerpt.ts';
import { startInProcess } from '../../documents-in-process.ts';
import type { Subject } from './measure.ts';

const MIBI = 1024 * 1024;
const OWNER = { application: 'app', team: 'payments' };

/** Positions of an unescaped text in a body of each format, marked by `§`. */
const BODIES: Readonly<Record<Format, Readonly<Record<string, string>>>> = {
  json: {
    'the whole body': '§',
    'behind the body': '{"type": "query alert", "query": "a"}§',
    'between members': '{"type": "query alert",§ "query": "a"}',
    'a name': '{"§": 1, "query": "a"}',
    'a string': '{"type": "query alert", "query": "a", "message": "§", "name": "x"}',
    'a string that is not closed': '{"message": "§',
    'a list': '{"tags": [§], "query": "a"}',
    'a number': '{"priority": 1§, "query": "a"}',
  },
  yaml: {
    'the whole body': '§',
    'behind the body': 'type: query alert\nquery: a\n§',
    'a comment': '# §\ntype: query alert\nquery: a\n',
    'comments between entries': 'type: query alert\n§\nquery: a\n',
    'a comment behind a value': 'type: query alert # §\nquery: a\n',
    'a comment behind the head of a block': 'message: | # §\n  a\nquery: a\n',
    'a comment above a block': '# §\nmessage: |\n  a\nquery: a\n',
    'a comment between a name and its block': 'message: # §\n  |\n  a\nquery: a\n',
    'a name': '§: a\nquery: a\n',
    'a name in quotes': '"§": a\nquery: a\n',
    'a plain text': 'message: a§\nquery: a\n',
    'a text in double quotes': 'message: "§"\nquery: a\n',
    'a text in single quotes': "message: '§'\nquery: a\n",
    'a text that is not closed': 'query: a\nmessage: "§',
    'a literal block': 'message: |\n  a§\nquery: a\n',
    'a folded block': 'message: >-\n  a§\nquery: a\n',
    'a block with an indent': 'message: |2+\n   §\nquery: a\n',
    'an anchor': 'message: &§ a\nquery: a\n',
    'an alias': 'message: &a b\nname: *§\nquery: a\n',
    'a tag': 'message: !!§ a\nquery: a\n',
    'a flow list': 'tags: [§]\nquery: a\n',
    'a flow mapping': 'options: {§}\nquery: a\n',
    'a list': 'query: a\ntags:\n- §\n',
    'a directive': '%§\n---\nquery: a\n',
  },
  toml: {
    'the whole body': '§',
    'behind the body': 'type = "query alert"\nquery = "a"\n§',
    'a comment': '# §\nquery = "a"\n',
    'a comment behind a value': 'query = "a" # §\n',
    'a name': '§ = "a"\nquery = "a"\n',
    'a name in quotes': '"§" = "a"\nquery = "a"\n',
    'a name with dots': 'options.§ = "a"\n',
    'a text': 'message = "§"\nquery = "a"\n',
    'a literal text': "message = '§'\nquery = 'a'\n",
    'a text of several lines': 'message = """\n§"""\nquery = "a"\n',
    'a literal text of several lines': "message = '''\n§'''\nquery = 'a'\n",
    'a text that is not closed': 'message = """§',
    'an array': 'tags = [§]\nquery = "a"\n',
    'an inline table': 'options = {§}\nquery = "a"\n',
    'a number': 'priority = 1§\nquery = "a"\n',
    'the name of a table': 'query = "a"\n[options.§]\n',
    tables: 'query = "a"\n[[tags]]\n§\n',
  },
};

function bodies(): { format: Format; place: string; around: (text: string) => string }[] {
  const formats: readonly Format[] = ['json', 'yaml', 'toml'];
  return formats.flatMap((format) =>
    Object.entries(BODIES[format]).map(([place, body]) => {
      const [before = '', after = ''] = body.split('§');
      return { format, place, around: (text: string) => before + text + after };
    }),
  );
}

/** Lints an object with the text at each position. */
export function bodySubjects(): Subject[] {
  return bodies().map(({ format, place, around }) => ({
    name: `body: ${place} (${format})`,
    maxUnits: MIBI,
    async prepare(text) {
      const { send } = startInProcess();
      return () => send('/lint', { format, text: around(text) }, OWNER);
    },
  }));
}

/** Edits a file with the text at each position, as the CLI does. */
export function editSubjects(): Subject[] {
  const edits: Readonly<Record<string, (text: string) => Edit[]>> = {
    'a value set': () => [{ pointer: '/query', value: 'b' }],
    'a value added': () => [{ pointer: '/added', value: { a: ['b'] } }],
    'a value removed': () => [{ pointer: '/query', remove: true }],
    'a part of a text': () => [{ pointer: '/message', from: 0, to: 1, text: 'b' }],
    'the same text set': (text) => [{ pointer: '/query', value: text }],
    'the same text as a name': (text) => [{ pointer: '/added', value: { [text]: [text] } }],
  };
  const changes = bodies().flatMap(({ format, place, around }, at) => {
    const [name, edit] = Object.entries(edits)[at % Object.keys(edits).length] ?? [];
    return edit ? [{ format, place, around, name, edit }] : [];
  });
  return [
    ...changes.map(({ format, place, around, name, edit }) => ({
      name: `edit: ${name}, with ${place} (${format})`,
      maxUnits: MIBI,
      prepare: async (text: string) => () => applyEdits(around(text), format, edit(text)),
    })),
    ...bodies().map(({ format, place, around }) => ({
      name: `fix: ${place} (${format})`,
      maxUnits: MIBI,
      prepare: async (text: string) => () => fixText(around(text), format),
    })),
    ...Object.entries(LISTS).map(([place, [format, list]]) => ({
      name: `reorder: ${place}`,
      maxUnits: MIBI,
      prepare: async (text: string) => () =>
        reorderItems(
          list.replaceAll('§', () => text),
          format,
          { pointer: '/a', order: [2, 0, 1] },
        ),
    })),
  ];
}

/** Lists of three items with text between, after and in them. */
const LISTS: Readonly<Record<string, readonly [Format, string]>> = {
  'lines between the items of a YAML list': ['yaml', 'a:\n  - b\n§\n  - c\n  - d\n'],
  'comments between the items of a YAML list': ['yaml', 'a:\n  - b\n  # §\n  - c\n  - d\n'],
  'lines above a YAML list': ['yaml', 'a:\n§\n  - b\n  - c\n  - d\n'],
  'an item of a YAML list': ['yaml', 'a:\n  - "§"\n  - c\n  - d\n'],
  'between the items of a flow list': ['yaml', 'a: [b, §c, d]\n'],
  'a comment in a flow list': ['yaml', 'a: [b, # §\n  c, d]\n'],
  'between the items of a JSON list': ['json', '{"a": ["b",§ "c", "d"]}'],
  'an item of a JSON list': ['json', '{"a": ["§", "c", "d"]}'],
  'between the items of a TOML array': ['toml', 'a = [\n  "b", # §\n  "c",\n  "d",\n]\n'],
  'lines between the items of a TOML array': ['toml', 'a = [\n  "b",\n§\n  "c",\n  "d",\n]\n'],
  'lines between TOML tables': ['toml', '[[a]]\nb = 1\n§\n[[a]]\nb = 2\n[[a]]\nb = 3\n'],
};

/** Prints answers with the text at each position of a value, in JSON and YAML, and as problems and excerpts. */
export function answerSubjects(): Subject[] {
  const values: Readonly<Record<string, (text: string) => Json>> = {
    'a text': (text) => text,
    'a text with a last line': (text) => `${text}\nx`,
    'lines behind a text': (text) => `x\n${text}x`,
    'a name': (text) => ({ [text]: 1 }),
    'an item': (text) => [[text], { a: text }],
    'many texts': (text) => text.match(/[\s\S]{1,40}/g)?.slice(0, 40_000) ?? [],
  };
  const format = ['json', 'yaml'] as const;
  const answers = Object.entries(values).flatMap(([place, value]) =>
    format.map((one) => ({
      name: `answer: ${place} (${one})`,
      maxUnits: MIBI,
      prepare: async (text: string) => async () => replyWith(200, { answer: value(text) }, one, 'r'),
    })),
  );
  const detail = (text: string): JsonObject => ({ code: text, message: text, pointer: `/${text}` });
  return [
    ...answers,
    {
      name: 'answer: a problem',
      maxUnits: MIBI,
      prepare: async (text) => async () => [
        problemReply(new ProblemError('invalid', text, { hint: text }), 'r'),
        detail(text),
      ],
    },
    {
      name: 'excerpt of a line',
      maxUnits: MIBI,
      prepare: async (text) => async () => excerpt(text, text.length >> 1, text.length),
    },
  ];
}
