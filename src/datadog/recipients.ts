import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { KnownRecipients } from '../lint/recipients/known-recipients.ts';
import type { Recipients, RecipientsStatus } from '../pipeline/ports.ts';
import { singleFlight } from '../runtime/concurrency/single-flight.ts';
import type { Request } from './request.ts';

/** How long (ms) the recipients are cached; after a list could not be read, how long until that one is read again. */
const CACHE_MS = 600_000;
const RETRY_MS = 60_000;
/** Timeout (ms) of reading all lists, in the background. */
const READ_MS = 60_000;
/** How long (ms) the first plans wait for the lists. A plan waits for at most a quarter of its remaining time. */
const WAIT_MS = 2_000;
/** Maximum pages of a list. A longer one counts as not read. */
const MAX_PAGES = 50;
/** The handle of all users. */
const EVERYBODY: readonly string[] = ['all'];
/** Maximum Slack workspaces. */
const MAX_ACCOUNTS = 20;
/** Characters of a handle in a message. A recipient whose name has others cannot be compared. */
const HANDLE = /^[\w.+-]+(?:@[\w.-]+)?$/;

/** The handles of a list, and whether names were left out. */
interface Listed {
  readonly handles: readonly string[];
  readonly whole: boolean;
}

/** A list of recipients in Datadog's API. */
interface RecipientList {
  /** For `/check`: "users". */
  readonly title: string;
  /** The prefixes of its handles, if it is complete. The empty text stands for handles without a prefix, which several lists have. */
  readonly kinds: readonly string[];
  /** The permission to read it. */
  readonly permission: string;
  readonly read: (get: Get) => Promise<Listed>;
}

/** Reads a path; undefined if Datadog has no such path, as for an integration that is not installed. */
type Get = (
  path: string,
  route?: string,
  query?: Readonly<Record<string, string>>,
) => Promise<Json | undefined>;

/**
 * The lists, as Datadog's API reference describes them. It has none of PagerDuty services, webhooks and workflows, and legacy
 * connectors of Microsoft Teams are missing from theirs.
 */
const LISTS: readonly RecipientList[] = [
  {
    title: 'users',
    kinds: [''],
    permission: 'user_access_read',
    read: (get) =>
      readPages(get, '/api/v2/users', 500, ({ handle, email, disabled }) =>
        disabled === true ? [] : [handle, email],
      ),
  },
  {
    title: 'teams',
    kinds: ['', 'team', 'oncall'],
    permission: 'teams_read',
    read: (get) =>
      readPages(get, '/api/v2/team', 100, ({ handle }) =>
        typeof handle === 'string' ? [handle, `team-${handle}`, `oncall-${handle}`] : [],
      ),
  },
  {
    title: 'Slack channels',
    kinds: ['slack'],
    permission: 'integrations_read',
    read: readSlack,
  },
  {
    title: 'Opsgenie services',
    kinds: ['opsgenie'],
    permission: 'integrations_read',
    read: async (get) => namesIn(await get('/api/v2/integration/opsgenie/services'), 'opsgenie'),
  },
  {
    title: 'Microsoft Teams channels',
    kinds: [],
    permission: 'integrations_read',
    read: async (get) => {
      const base = '/api/v2/integration/ms-teams/configuration';
      const tenants = namesIn(await get(`${base}/tenant-based-handles`), 'teams');
      const workflows = namesIn(await get(`${base}/workflows-webhook-handles`), 'teams');
      return { handles: [...tenants.handles, ...workflows.handles], whole: true };
    },
  },
];

/** Creates the source of the recipients that Datadog lists. Reads nothing before the first plan. */
export function datadogRecipients(request: Request, clock: Clock): Recipients {
  const read = new Map<RecipientList, Listed>();
  const faults = new Map<RecipientList, string>();
  let known: KnownRecipients | undefined;
  let until = 0;
  let allUntil = 0;

  const refresh = singleFlight(async () => {
    const deadline = deadlineAfter(READ_MS, clock);
    const context: RequestContext = {
      lane: 'background',
      caller: { name: 'birddog-recipients' },
      requestId: randomUUID(),
      traceparent: '',
      deadline,
    };
    const get: Get = (path, route = path, query = {}) =>
      request({ method: 'GET', path, route, query }, context);
    const isAll = clock.now() >= allUntil;
    try {
      for (const list of LISTS) if (isAll || faults.has(list)) await readList(list, get);
    } finally {
      deadline.close();
    }
    known = combined();
    if (isAll) allUntil = clock.now() + CACHE_MS;
    until = faults.size === 0 ? allUntil : Math.min(allUntil, clock.now() + RETRY_MS);
  });

  /** Reads a list. After a failure, its earlier content stays in use. */
  async function readList(list: RecipientList, get: Get): Promise<void> {
    try {
      read.set(list, await list.read(get));
      faults.delete(list);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const isForbidden = error.code === 'datadog_forbidden';
      faults.set(
        list,
        isForbidden ? `needs the permission ${list.permission}` : error.message.replace(/\.$/, ''),
      );
    }
  }

  function combined(): KnownRecipients {
    const handles = LISTS.flatMap((list) => read.get(list)?.handles ?? []);
    const isWhole = (list: RecipientList) => read.get(list)?.whole === true;
    const complete = new Set(LISTS.filter(isWhole).flatMap(({ kinds }) => kinds));
    for (const list of LISTS) if (!isWhole(list)) for (const kind of list.kinds) complete.delete(kind);
    return new KnownRecipients([...EVERYBODY, ...handles], (kind) => complete.has(kind));
  }

  return {
    async known({ deadline }) {
      if (clock.now() >= until) {
        const reading = refresh().catch(() => undefined);
        if (known === undefined) await withinMs(reading, Math.min(WAIT_MS, deadline.left() / 4), clock);
      }
      return known;
    },
    status(): RecipientsStatus {
      const missing = faults.entries().map(([{ title }, why]) => `${title} cannot be read (${why})`);
      return { size: known?.size, faults: [...missing] };
    },
  };
}

async function withinMs(work: Promise<void>, ms: number, clock: Clock): Promise<void> {
  const end = deadlineAfter(ms, clock);
  const timeout = new Promise<void>((resolve) => {
    end.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([work, timeout]);
  end.close();
}

/** Reads a list in pages and returns the handles in the attributes of its items. */
async function readPages(
  get: Get,
  path: string,
  size: number,
  handlesOf: (attributes: JsonObject) => readonly (Json | undefined)[],
): Promise<Listed> {
  const handles: string[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { 'page[size]': String(size), 'page[number]': String(page) };
    const items = itemsOf(await get(path, path, query), 'data');
    for (const item of items) for (const handle of handlesOf(attributesOf(item))) addHandle(handles, handle);
    if (items.length < size) return { handles, whole: true };
  }
  return { handles, whole: false };
}

/** Reads the channels of each Slack workspace. A channel has a handle with and one without the name of its workspace. */
async function readSlack(get: Get): Promise<Listed> {
  const integration = await get('/api/v1/integration/slack');
  const hooks = itemsOf(integration, 'service_hooks');
  const accounts = new Set(hooks.flatMap(({ account }) => (typeof account === 'string' ? [account] : [])));
  const handles: string[] = [];
  let whole = integration !== undefined && accounts.size <= MAX_ACCOUNTS;
  const add = (account: Json | undefined, channel: Json | undefined): void => {
    if (typeof channel !== 'string') return;
    const name = channel.replace(/^#/, '');
    whole = addHandle(handles, `slack-${name}`) && whole;
    if (typeof account === 'string') addHandle(handles, `slack-${account}-${name}`);
  };
  for (const { account, channel_name: channel } of itemsOf(integration, 'channels')) add(account, channel);
  const route = '/api/v1/integration/slack/configuration/accounts/{account_name}/channels';
  for (const account of [...accounts].slice(0, MAX_ACCOUNTS)) {
    const path = route.replace('{account_name}', encodeURIComponent(account));
    const channels = await get(path, route);
    if (channels === undefined) whole = false;
    for (const { name } of itemsOf({ channels: channels ?? [] }, 'channels')) add(account, name);
  }
  return { handles, whole };
}

/** Returns the handles of the names in a response. Without a response, the list is not known. */
function namesIn(answer: Json | undefined, prefix: string): Listed {
  const handles: string[] = [];
  let whole = answer !== undefined;
  for (const item of itemsOf(answer, 'data')) {
    const { name } = attributesOf(item);
    whole = typeof name === 'string' && addHandle(handles, `${prefix}-${name}`) && whole;
  }
  return { handles, whole };
}

/** Adds a handle, and returns whether it can be written in a message. */
function addHandle(handles: string[], handle: Json | undefined): boolean {
  if (typeof handle !== 'string' || !HANDLE.test(handle)) return false;
  handles.push(handle);
  return true;
}

function itemsOf(answer: Json | undefined, field: string): JsonObject[] {
  const list = isObject(answer) ? answer[field] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function attributesOf({ attributes }: JsonObject): JsonObject {
  return isObject(attributes) ? attributes : {};
}
