import { z } from 'zod';

export type Node = Record<string, unknown>;

/** The named schemas of an OpenAPI description. */
export interface Components {
  /** Every schema by name. */
  readonly schemas: Node;
  /** Adds a schema that has an id. Returns a reference to it. */
  named(schema: z.ZodType): Node;
  /** Returns the JSON Schema of a schema without an id. Adds the schemas that it refers to. */
  inline(schema: z.ZodType): Node;
  /** Adds a JSON Schema under a name. Returns a reference to it. */
  add(name: string, node: Node): Node;
}

/** Creates an empty collection of schemas. */
export function createComponents(): Components {
  const schemas: Node = {};
  const add = (name: string, node: Node): Node => {
    schemas[name] = node;
    return { $ref: `#/components/schemas/${name}` };
  };
  const inline = (schema: z.ZodType): Node => {
    const { $schema: _, $defs = {}, ...node } = z.toJSONSchema(schema, { unrepresentable: 'any' });
    for (const [name, part] of Object.entries($defs)) add(name, rooted(part));
    return rooted(node);
  };
  return {
    schemas,
    add,
    inline,
    // zod inlines a schema with an id at the top, and refers to it below.
    named: (schema) => Object(inline(z.object({ schema }))).properties.schema,
  };
}

/** Rewrites zod's references to `$defs` of one schema into references to the components of the whole description. */
function rooted(node: object): Node {
  return JSON.parse(JSON.stringify(node).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
