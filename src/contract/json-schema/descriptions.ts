import { readFileSync } from 'node:fs';

let loaded: ReadonlyMap<string, string> | undefined;

/**
 * Returns the description of a type in Datadog's API or, as `Type.field`, of its field, as a part of a schema. Reads the table
 * beside this module, or beside the bundle that contains it, on first use.
 */
export function describe(name: string): { readonly description?: string } {
  loaded ??= new Map(
    readFileSync(new URL('./datadog-descriptions.txt', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [of = '', description = ''] = line.split('\t');
        return [of, description];
      }),
  );
  const description = loaded.get(name);
  return description === undefined ? {} : { description };
}
