import { randomUUID } from 'node:crypto';
import { control } from '../acceptance/pod.ts';
import type { Random } from '../fuzz/random.ts';
import { DATADOG_KEYS } from './clone-maker.ts';

interface Catalogs {
  readonly datadogUrl: string;
  readonly leanixUrl: string;
  readonly servicenowUrl: string;
}

/** Lists applications in the catalogs' emulators, which forget them when they are killed. */
export class CatalogListings {
  private readonly catalogs: Catalogs;
  private readonly applications: readonly string[];

  constructor(catalogs: Catalogs, applications: readonly string[]) {
    this.catalogs = catalogs;
    this.applications = applications;
  }

  /** Lists all applications in Datadog's catalog, which keeps them. */
  async listInDatadog(): Promise<void> {
    for (const name of this.applications) {
      const entity = { apiVersion: 'v3', kind: 'service', metadata: { name, owner: 'chaos' } };
      const answer = await fetch(`${this.catalogs.datadogUrl}/api/v2/catalog/entity`, {
        method: 'POST',
        headers: DATADOG_KEYS,
        body: JSON.stringify(entity),
      });
      if (!answer.ok) throw new Error(`catalog entity: ${answer.status} ${await answer.text()}`);
    }
  }

  /** Lists applications in LeanIX and ServiceNow: all, or all but a random third. */
  async list(without?: Random): Promise<void> {
    const listed = this.applications.filter(() => without === undefined || !without.chance(0.33));
    const rows = listed.map((name, at) => ({
      table: 'cmdb_ci_business_app',
      sys_id: String(at).padStart(32, '0'),
      values: { name, number: `APM${at}`, operational_status: '1', install_status: '1' },
    }));
    const sheets = this.applications.map((name) => ({ id: randomUUID(), name }));
    await this.send(this.catalogs.leanixUrl, 'PUT', 'fact-sheets', sheets);
    await this.send(this.catalogs.servicenowUrl, 'PUT', 'rows', rows);
  }

  private async send(url: string, method: string, path: string, value: unknown): Promise<void> {
    // After a restart, the emulator gets the list again.
    const answer = await control(url, method, path, value).catch(() => undefined);
    if (answer && !answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
}
