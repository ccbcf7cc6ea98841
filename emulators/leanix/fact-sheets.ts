import { z } from 'zod';

/** A fact sheet in a seed. `parent` is the id of another fact sheet. */
export const factSheetSchema = z.strictObject({
  id: z.string(),
  type: z.string().default('Application'),
  name: z.string(),
  parent: z.string().optional(),
  description: z.string().default(''),
  alias: z.string().optional(),
  externalId: z.string().optional(),
  status: z.enum(['ACTIVE', 'ARCHIVED']).default('ACTIVE'),
});
export type FactSheet = z.infer<typeof factSheetSchema>;
export type FactSheetInput = z.input<typeof factSheetSchema>;

/** The workspace of the sandbox: `checkout`, `legacy-crm`, and others that a full-text search also finds. */
export const SANDBOX_FACT_SHEETS: readonly FactSheetInput[] = [
  { id: '6f1d2c1e-0000-4000-8000-000000000001', name: 'checkout', externalId: 'APP-1001' },
  { id: '6f1d2c1e-0000-4000-8000-000000000002', name: 'legacy-crm', externalId: 'APP-1002' },
  { id: '6f1d2c1e-0000-4000-8000-000000000003', name: 'checkout-frontend', externalId: 'APP-1003' },
  { id: '6f1d2c1e-0000-4000-8000-000000000004', name: 'basket', description: 'Feeds checkout.' },
  { id: '6f1d2c1e-0000-4000-8000-000000000005', name: 'checkout', status: 'ARCHIVED' },
  { id: '6f1d2c1e-0000-4000-8000-000000000006', name: 'checkout', type: 'ITComponent' },
];

/** The fields of a `filter` argument that this emulator supports. */
export const filterSchema = z.strictObject({
  fullTextSearch: z.string().nullish(),
  quickSearch: z.string().nullish(),
  displayName: z.string().nullish(),
  ids: z.array(z.string()).nullish(),
  externalIds: z.array(z.string()).nullish(),
  facetFilters: z
    .array(
      z.strictObject({
        facetKey: z.enum(['FactSheetTypes', 'TrashBin']),
        operator: z.enum(['AND', 'OR', 'NOR']).default('OR'),
        keys: z.array(z.string()),
      }),
    )
    .nullish(),
});
export type Filter = z.infer<typeof filterSchema>;

/** Returns the display name: the names of all parents, then that of the fact sheet. */
export function displayNameOf(sheet: FactSheet, all: readonly FactSheet[]): string {
  const parent = all.find((other) => other.id === sheet.parent);
  return parent ? `${displayNameOf(parent, all)} / ${sheet.name}` : sheet.name;
}

/** Returns the fact sheets that match a filter, in the order of the seed. Only the filter for the trash bin matches archived ones. */
export function filtered(
  all: readonly FactSheet[],
  factSheetType: string | undefined,
  filter: Filter,
): FactSheet[] {
  const facets = filter.facetFilters ?? [];
  const trash = facets.some((facet) => facet.facetKey === 'TrashBin' && facet.keys.includes('archived'));
  const types = facets.filter((facet) => facet.facetKey === 'FactSheetTypes');
  return all.filter(
    (sheet) =>
      (sheet.status === 'ARCHIVED') === trash &&
      (factSheetType === undefined || sheet.type === factSheetType) &&
      types.every((facet) => facet.keys.includes(sheet.type) !== (facet.operator === 'NOR')) &&
      (!filter.ids || filter.ids.includes(sheet.id)) &&
      (!filter.externalIds || filter.externalIds.includes(`externalId/${sheet.externalId ?? ''}`)) &&
      [filter.fullTextSearch, filter.quickSearch].every((text) => !text || matchesText(text, sheet, all)) &&
      (!filter.displayName || displayNameOf(sheet, all).includes(filter.displayName)),
  );
}

/** Full-text search: every word of the search starts a word of the sheet's texts. A hit may have another name. */
function matchesText(search: string, sheet: FactSheet, all: readonly FactSheet[]): boolean {
  const texts = [displayNameOf(sheet, all), sheet.alias ?? '', sheet.description];
  const sheetWords = texts.flatMap(wordsOf);
  return wordsOf(search).every((word) => sheetWords.some((other) => other.startsWith(word)));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
