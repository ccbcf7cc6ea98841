/** ECMAScript's "JSON.parse source text access", which Node 22 and later support but TypeScript's library does not declare yet. */
interface JSON {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): boolean;
}
