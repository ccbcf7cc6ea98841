import type { Database, Dialect } from './database.ts';

/**
 * Changes of the schema, in order. They are forward-only and work with the version before them: a replica of the former
 * version goes on while a new one starts. Never change one that has been released; add another.
 */
const MIGRATIONS: readonly ((dialect: Dialect) => readonly string[])[] = [
  ({ name, bytes, now }) => [
    'CREATE TABLE ledger_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
    `CREATE TABLE ledger_leases (
       name TEXT PRIMARY KEY,
       owner TEXT NOT NULL,
       token TEXT NOT NULL,
       until_ms BIGINT NOT NULL
     )`,
    'CREATE INDEX ledger_leases_by_owner ON ledger_leases (owner)',
    `CREATE TABLE ledger_writes (
       entry TEXT PRIMARY KEY,
       state TEXT NOT NULL,
       kind TEXT NOT NULL,
       application TEXT NOT NULL,
       key TEXT NOT NULL,
       action TEXT NOT NULL,
       id TEXT,
       others TEXT,
       body ${bytes},
       caller TEXT NOT NULL,
       sent_ms BIGINT NOT NULL,
       attempts BIGINT NOT NULL
     )`,
    'CREATE INDEX ledger_writes_by_object ON ledger_writes (application, kind, key)',
    'CREATE INDEX ledger_writes_by_age ON ledger_writes (state, sent_ms)',
    `CREATE TABLE ledger_routes (
       pin TEXT PRIMARY KEY,
       application TEXT NOT NULL,
       route TEXT NOT NULL,
       until_ms BIGINT NOT NULL
     )`,
    'CREATE INDEX ledger_routes_by_application ON ledger_routes (application)',
    ...(name === 'sqlite' ? writesOfFormerFiles(now) : []),
  ],
  ({ bytes }) => [
    'ALTER TABLE ledger_writes ADD COLUMN source TEXT',
    `CREATE TABLE ledger_revisions (
       entry TEXT PRIMARY KEY,
       kind TEXT NOT NULL,
       application TEXT NOT NULL,
       key TEXT NOT NULL,
       revision BIGINT NOT NULL,
       id TEXT NOT NULL,
       action TEXT NOT NULL,
       caller TEXT NOT NULL,
       request_id TEXT,
       is_apply BIGINT NOT NULL,
       restored_from BIGINT,
       at_ms BIGINT NOT NULL,
       redacted TEXT,
       body ${bytes},
       UNIQUE (application, kind, key, revision)
     )`,
    'CREATE INDEX ledger_revisions_by_time ON ledger_revisions (application, at_ms)',
    'CREATE INDEX ledger_revisions_by_request ON ledger_revisions (application, request_id)',
    'CREATE INDEX ledger_revisions_by_age ON ledger_revisions (at_ms)',
  ],
  () => [
    `CREATE TABLE ledger_budgets (
       name TEXT PRIMARY KEY,
       period_ms BIGINT NOT NULL,
       ends_ms BIGINT NOT NULL,
       calls_left BIGINT NOT NULL,
       calls_granted BIGINT NOT NULL,
       now_ms BIGINT NOT NULL
     )`,
  ],
  () => ['ALTER TABLE ledger_revisions ADD COLUMN fingerprint TEXT'],
  ({ bytes }) => [
    `CREATE TABLE ledger_cache (
       key TEXT PRIMARY KEY,
       size BIGINT NOT NULL,
       expires_ms BIGINT NOT NULL,
       used_ms BIGINT NOT NULL,
       bytes ${bytes} NOT NULL
     )`,
    'CREATE INDEX ledger_cache_by_use ON ledger_cache (used_ms, key)',
    'CREATE INDEX ledger_cache_by_expiry ON ledger_cache (expires_ms)',
  ],
  () => [
    `CREATE TABLE ledger_sightings (
       incident TEXT NOT NULL,
       observer TEXT NOT NULL,
       until_ms BIGINT NOT NULL,
       PRIMARY KEY (incident, observer)
     )`,
    `CREATE TABLE ledger_incidents (
       name TEXT NOT NULL,
       receiver TEXT NOT NULL,
       id TEXT NOT NULL,
       event TEXT NOT NULL,
       since_ms BIGINT NOT NULL,
       event_ms BIGINT NOT NULL,
       report TEXT NOT NULL,
       pending BIGINT NOT NULL,
       sender TEXT NOT NULL,
       until_ms BIGINT NOT NULL,
       PRIMARY KEY (name, receiver)
     )`,
  ],
  ({ bytes }) => [`ALTER TABLE ledger_writes ADD COLUMN before_body ${bytes}`],
  () => ['ALTER TABLE ledger_revisions ADD COLUMN renamed_from TEXT'],
  () => ['CREATE INDEX ledger_revisions_by_former_name ON ledger_revisions (renamed_from)'],
];

/** Takes over the creates in progress of files from before the ledger had leases. */
function writesOfFormerFiles(now: string): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS writes (
       id INTEGER PRIMARY KEY, kind TEXT, application TEXT, key TEXT, caller TEXT, begun_at INTEGER
     )`,
    `INSERT INTO ledger_writes (entry, state, kind, application, key, action, caller, sent_ms, attempts)
     SELECT 'former-' || id, 'sent', kind, application, key, 'create', caller, ${now}, 1 FROM writes`,
    'DROP TABLE writes',
  ];
}

/** Creates the table of versions. Applied before each start, by several replicas at once. */
const VERSIONS = 'CREATE TABLE IF NOT EXISTS ledger_versions (version BIGINT PRIMARY KEY)';

/**
 * Brings the schema up to date. Each migration is one transaction that first inserts its version: of several replicas that
 * start at once, one succeeds and the others find it done.
 */
export async function migrate(db: Database): Promise<void> {
  await db.query({ text: VERSIONS, values: [] }).catch(() => db.query({ text: VERSIONS, values: [] }));
  const applied = await appliedVersions(db);
  for (const [index, migration] of MIGRATIONS.entries()) {
    const version = index + 1;
    if (applied.has(version)) continue;
    const statements = migration(db.dialect).map((text) => ({ text, values: [] }));
    const insert = { text: 'INSERT INTO ledger_versions (version) VALUES ($1)', values: [version] };
    try {
      await db.transaction([insert, ...statements]);
    } catch (error) {
      if (!(await appliedVersions(db)).has(version)) throw error;
    }
  }
}

async function appliedVersions(db: Database): Promise<ReadonlySet<number>> {
  const rows = await db.query({ text: 'SELECT version FROM ledger_versions', values: [] });
  return new Set(rows.map(({ version }) => Number(version)));
}
