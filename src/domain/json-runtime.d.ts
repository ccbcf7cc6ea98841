/** ECMAScript's "JSON.parse source text access", which Node 22 and later have and TypeScript's library does not describe yet. */
interface JSON {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): boolean;
}
