import { isObject, type Json, type JsonObject, parseTrustedJson } from '../../src/domain/json.ts';
import { control } from '../acceptance/pod.ts';

/** The headers of a request sent directly to Datadog's emulator. */
export const DATADOG_KEYS = { 'dd-api-key': 'sandbox-api-key', 'dd-application-key': 'sandbox-app-key' };
/** Ids of cloned monitors are below those that the emulator gives. */
const FIRST_ID = 1_000_000;

/** Clones objects in Datadog as people do with its Clone button. */
export class CloneMaker {
  readonly ids = new Set<string>();
  private readonly datadogUrl: string;

  constructor(datadogUrl: string) {
    this.datadogUrl = datadogUrl;
  }

  /** Clones the monitors and dashboards of an application. Does not clone what Datadog fails to return. */
  async clone(application: string): Promise<void> {
    const monitors = await this.get(`monitor?monitor_tags=birddog_application:${application}`);
    const list = await this.get('dashboard?count=100000');
    const ids = objectsIn(isObject(list) ? list['dashboards'] : []).flatMap(({ id, title }) =>
      String(title).startsWith(`${application}/`) ? [String(id)] : [],
    );
    const dashboards = await Promise.all(ids.map((id) => this.get(`dashboard/${id}`)));
    const copies = {
      monitors: objectsIn(monitors).map((one, at) => copyOf(one, FIRST_ID + this.ids.size + at)),
      dashboards: objectsIn(dashboards).map((one, at) => copyOf(one, `clone-${this.ids.size + at}`)),
    };
    for (const { id } of [...copies.monitors, ...copies.dashboards]) this.ids.add(String(id));
    const answer = await control(this.datadogUrl, 'POST', 'seed', copies);
    if (!answer.ok) throw new Error(`seed: ${answer.status} ${await answer.text()}`);
  }

  private async get(path: string): Promise<Json> {
    try {
      const answer = await fetch(`${this.datadogUrl}/api/v1/${path}`, { headers: DATADOG_KEYS });
      return answer.ok ? parseTrustedJson(await answer.text()) : null;
    } catch {
      return null;
    }
  }
}

function objectsIn(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Returns a copy that was created now. */
function copyOf(object: JsonObject, id: number | string): JsonObject {
  const at = new Date().toISOString();
  const times =
    typeof id === 'number'
      ? { created: at, created_at: Date.now(), modified: at }
      : { created_at: at, modified_at: at };
  return { ...object, id, ...times };
}
