import { z } from 'zod';

/** A reference to another record. */
const referenceSchema = z.strictObject({ link: z.string(), value: z.string(), display: z.string() });

/** A row. Access rules omit a `hidden` row from responses, but it is counted. Missing columns are empty. */
export const rowSchema = z.strictObject({
  table: z.string(),
  sys_id: z.string(),
  values: z.record(z.string(), z.union([z.string(), referenceSchema])),
  hidden: z.boolean().default(false),
  /** The columns that access rules hide. */
  hiddenColumns: z.array(z.string()).default([]),
});
export type Row = z.infer<typeof rowSchema>;
export type RowInput = z.input<typeof rowSchema>;
export type Cell = Row['values'][string];

/** The table that each table extends; `''` for none. */
const PARENTS = new Map(
  Object.entries({
    cmdb_ci: '',
    cmdb_ci_service: 'cmdb_ci',
    cmdb_ci_service_auto: 'cmdb_ci_service',
    cmdb_ci_service_discovered: 'cmdb_ci_service_auto',
    cmdb_ci_appl: 'cmdb_ci',
    cmdb_ci_business_app: 'cmdb_ci',
  }),
);

const COLUMNS: readonly string[] = [
  'sys_id',
  'name',
  'number',
  'sys_class_name',
  'operational_status',
  'install_status',
  'owned_by',
  'support_group',
  'correlation_id',
  'short_description',
];

/** The instance of the sandbox: `checkout`, and similar names that an imprecise query would find. */
export const SANDBOX_ROWS: readonly RowInput[] = [
  businessApp('0a1b2c3d4e5f60718293a4b5c6d7e801', 'checkout', 'APM0001001'),
  businessApp('0a1b2c3d4e5f60718293a4b5c6d7e802', 'checkout-frontend', 'APM0001003'),
  businessApp('0a1b2c3d4e5f60718293a4b5c6d7e803', 'basket', 'APM0001004'),
  {
    ...businessApp('0a1b2c3d4e5f60718293a4b5c6d7e804', 'checkout-prod', 'BSN0001001'),
    table: 'cmdb_ci_service_auto',
  },
];

function businessApp(sys_id: string, name: string, number: string): RowInput {
  return {
    table: 'cmdb_ci_business_app',
    sys_id,
    values: { name, number, operational_status: '1', install_status: '1' },
  };
}

export function isTable(name: string): boolean {
  return PARENTS.has(name);
}

export function isColumn(name: string): boolean {
  return COLUMNS.includes(name);
}

/** Returns the columns of a row in a response without `sysparm_fields`. */
export function columnsOf(row: Row): string[] {
  return COLUMNS.filter((column) => !row.hiddenColumns.includes(column));
}

/** Returns whether a row is in a table or in a table that extends it. */
export function isIn(row: Row, table: string): boolean {
  for (let t = row.table; t !== ''; t = PARENTS.get(t) ?? '') if (t === table) return true;
  return false;
}

/** Returns the cell of a row in a column. */
export function cellOf(row: Row, column: string): Cell {
  if (column === 'sys_id') return row.sys_id;
  if (column === 'sys_class_name') return row.table;
  return row.values[column] ?? '';
}

/** Returns the stored value of a cell. */
export function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.value;
}
