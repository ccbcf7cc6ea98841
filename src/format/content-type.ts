import { ProblemError } from '../domain/problem.ts';
import type { Format } from './decoded.ts';

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/x-yaml', 'yaml'],
  ['text/yaml', 'yaml'],
  ['application/toml', 'toml'],
]);

/** The format that a Content-Type names. Throws the `unsupported_media_type` problem, for a charset but UTF-8 too. */
export function formatOf(contentType: string | undefined): Format {
  if (contentType === undefined || contentType.trim() === '') {
    throw new ProblemError('unsupported_media_type', 'The request has no Content-Type.');
  }
  const { type, parameters } = mediaType(contentType);
  const format = FORMATS.get(type);
  if (!format) throw new ProblemError('unsupported_media_type', `Birddog does not read ${shown(type)}.`);
  const charset = parameters.get('charset') ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new ProblemError('unsupported_media_type', `Birddog reads UTF-8 alone, not ${shown(charset)}.`, {
      hint: 'Save the text as UTF-8 and leave the charset out.',
    });
  }
  return format;
}

/** The format that an Accept header asks for, by its q values; JSON where both are as welcome. Throws the `not_acceptable` problem. */
export function answerFormat(accept: string | undefined): 'json' | 'yaml' {
  if (accept === undefined || accept.trim() === '') return 'json';
  const welcome = { json: { exactness: -1, q: 0 }, yaml: { exactness: -1, q: 0 } };
  for (const range of accept.split(',')) {
    const { type, parameters } = mediaType(range);
    const q = quality(parameters.get('q'));
    const exactness = type === '*/*' ? 0 : type === 'application/*' ? 1 : 2;
    const format = FORMATS.get(type);
    for (const candidate of ['json', 'yaml'] as const) {
      if (exactness === 2 && format !== candidate) continue;
      const known = welcome[candidate];
      if (exactness > known.exactness || (exactness === known.exactness && q > known.q)) {
        welcome[candidate] = { exactness, q };
      }
    }
  }
  if (welcome.json.q === 0 && welcome.yaml.q === 0) {
    throw new ProblemError('not_acceptable', `Birddog answers in JSON or YAML, not in ${shown(accept)}.`);
  }
  return welcome.yaml.q > welcome.json.q ? 'yaml' : 'json';
}

function mediaType(text: string): { type: string; parameters: ReadonlyMap<string, string> } {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim().toLowerCase());
  const parameters = rest.map((part): [string, string] => {
    const [name = '', value = ''] = part.split('=').map((side) => side.trim());
    return [name, value.replace(/^"(.*)"$/, '$1')];
  });
  return { type, parameters: new Map(parameters) };
}

/** RFC 9110, 12.4.2: 0 to 1, 1 where absent; what is no such number counts as 0. */
function quality(text: string | undefined): number {
  if (text === undefined) return 1;
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
