import { ProblemError } from '../domain/problem.ts';
import type { Format } from './decoded.ts';

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/x-yaml', 'yaml'],
  ['text/yaml', 'yaml'],
  ['text/x-yaml', 'yaml'],
  ['application/toml', 'toml'],
]);

/** Returns the format of a Content-Type. Throws `unsupported_media_type`, also for any charset except UTF-8. */
export function formatOf(contentType: string | undefined): Format {
  if (contentType === undefined || contentType.trim() === '') {
    throw new ProblemError('unsupported_media_type', 'The request has no Content-Type.');
  }
  const { type, parameters } = mediaType(contentType);
  const format = FORMATS.get(type);
  if (!format) throw new ProblemError('unsupported_media_type', `Unsupported Content-Type ${shown(type)}.`);
  const charset = parameters.get('charset') ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new ProblemError(
      'unsupported_media_type',
      `Unsupported charset ${shown(charset)}: only UTF-8 is supported.`,
      {
        hint: 'Save the text as UTF-8 and omit the charset.',
      },
    );
  }
  return format;
}

/** Returns the format that an Accept header prefers by its q values, JSON if both are equal. Throws `not_acceptable`. */
export function answerFormat(accept: string | undefined): 'json' | 'yaml' {
  if (accept === undefined || accept.trim() === '') return 'json';
  const welcome = { json: { exactness: -1, q: 0 }, yaml: { exactness: -1, q: 0 } };
  for (const range of accept.split(',')) {
    const { type, parameters } = mediaType(range);
    const q = quality(parameters.get('q'));
    const exactness = type === '*/*' ? 0 : type === 'application/*' ? 1 : 2;
    // A client that lists what an operation may answer also lists the type of problems.
    const format = FORMATS.get(type.replace('/problem+', '/'));
    for (const candidate of ['json', 'yaml'] as const) {
      if (exactness === 2 && format !== candidate) continue;
      const known = welcome[candidate];
      if (exactness > known.exactness || (exactness === known.exactness && q > known.q)) {
        welcome[candidate] = { exactness, q };
      }
    }
  }
  if (welcome.json.q === 0 && welcome.yaml.q === 0) {
    throw new ProblemError(
      'not_acceptable',
      `Cannot respond in ${shown(accept)}: only JSON and YAML are supported.`,
    );
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

/** Parses a q value (RFC 9110, 12.4.2): 0 to 1, default 1; an invalid number counts as 0. */
function quality(text: string | undefined): number {
  if (text === undefined) return 1;
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
