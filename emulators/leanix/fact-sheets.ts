import { z } from 'zod';

/** A fact sheet as a seed gives it. `parent` is the id of another. */
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

/** Knows `checkout` and `legacy-crm`; the others are what a full-text search finds besides. */
export const SANDBOX_FACT_SHEETS: readonly FactSheetInput[] = [
  { id: '6f1d2c1e-0000-4000-8000-000000000001', name: 'checkout', externalId: 'APP-1001' },
  { id: '6f1d2c1e-0000-4000-8000-000000000002', name: 'legacy-crm', externalId: 'APP-1002' },
  { id: '6f1d2c1e-0000-4000-8000-000000000003', name: 'checkout-frontend', externalId: 'APP-1003' },
  { id: '6f1d2c1e-0000-4000-8000-000000000004', name: 'basket', description: 'Feeds checkout.' },
  { id: '6f1d2c1e-0000-4000-8000-000000000005', name: 'checkout', status: 'ARCHIVED' },
  { id: '6f1d2c1e-0000-4000-8000-000000000006', name: 'checkout', type: 'ITComponent' },
];

/** The members of a `filter` argument that this emulator knows. */
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

/** A fact sheet's name behind those of its parents. */
export function displayNameOf(sheet: FactSheet, all: readonly FactSheet[]): string {
  const parent = all.find((other) => other.id === sheet.parent);
  return parent ? `${displayNameOf(parent, all)} / ${sheet.name}` : sheet.name;
}

/** The fact sheets that a filter leaves, in the order of the seed. Archived ones only where the trash is asked for. */
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
      [filter.fullTextSearch, filter.quickSearch].every((text) => !text || foundBy(text, sheet, all)) &&
      (!filter.displayName || displayNameOf(sheet, all).includes(filter.displayName)),
  );
}

/** Full text: every word of the search begins some word of the sheet's texts. A hit need not bear the name. */
function foundBy(search: string, sheet: FactSheet, all: readonly FactSheet[]): boolean {
  const texts = [displayNameOf(sheet, all), sheet.alias ?? '', sheet.description];
  const have = texts.flatMap(wordsOf);
  return wordsOf(search).every((word) => have.some((other) => other.startsWith(word)));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
