import type { DecodeLimits, Format } from './decoded.ts';
import { readJson } from './json-text.ts';
import type { Reading } from './place.ts';
import { readToml } from './toml-text.ts';
import { readYaml } from './yaml-text.ts';

type Read = (text: string, limits: DecodeLimits) => Reading | Promise<Reading>;

const READERS: Readonly<Record<Format, Read>> = {
  json: readJson,
  yaml: readYaml,
  toml: readToml,
};

/** Parses a text without a byte order mark. Throws TextFault. */
export async function readText(text: string, format: Format, limits: DecodeLimits): Promise<Reading> {
  return READERS[format](text, limits);
}
