import { type EmulatorRequest, json, startEmulatorServer } from '../emulators/server/emulator-server.ts';

export const REPOSITORY = 'acme/payments';
export const BOT = 'github-actions[bot]';
/** GitHub's maximum length of a comment. */
const MAX_COMMENT = 65_536;

export interface Comment {
  id: number;
  body: string;
  user: { login: string };
}
/** A pull request, as far as the action reads it. */
interface Pull {
  number: number;
  merged_at: string | null;
  merge_commit_sha: string;
  head: { sha: string };
}
interface Artifact {
  id: number;
  name: string;
  expired: boolean;
  workflow_run: { id: number; head_sha: string };
}
const bodyOf = ({ body }: EmulatorRequest): string => String(JSON.parse(body).body);

/** The comments of all issues. */
function createComments() {
  const all = new Map<number, Comment[]>();
  let nextId = 1;
  const on = (issue: number): Comment[] => {
    const list = all.get(issue) ?? [];
    all.set(issue, list);
    return list;
  };
  const add = (issue: number, body: string, login = BOT): Comment => {
    const comment = { id: nextId++, body, user: { login } };
    on(issue).push(comment);
    return comment;
  };
  return {
    on,
    add,
    /** Answers a request for the comments of an issue. */
    answer(request: EmulatorRequest, issue: number) {
      if (request.method === 'GET') return json(200, pageOf(on(issue), request));
      const body = bodyOf(request);
      if (body.length <= MAX_COMMENT) return json(201, add(issue, body));
      return json(422, { message: 'Body is too long (maximum is 65536 characters)' });
    },
    /** Answers a request for one comment. */
    answerOne(request: EmulatorRequest, id: number) {
      const list = [...all.values()].find((comments) => comments.some((one) => one.id === id));
      const found = list?.find((one) => one.id === id);
      if (!list || !found) return json(404, { message: 'Not Found' });
      if (request.method === 'DELETE') {
        list.splice(list.indexOf(found), 1);
        return { status: 204 };
      }
      found.body = bodyOf(request);
      return json(200, found);
    },
  };
}

function pageOf<T>(all: readonly T[], { query }: EmulatorRequest): T[] {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(from, from + size);
}

/** Starts a fake of GitHub's API with comments by issue, pull requests by merge commit, artifacts, and tokens of jobs. */
export async function startFakeGithub() {
  const comments = createComments();
  const pulls: Pull[] = [];
  const artifacts: Artifact[] = [];
  const texts = new Map<string, string>();

  const server = await startEmulatorServer({
    name: 'github',
    port: 0,
    control: true,
    handle(request) {
      const { path, query, headers } = request;
      if (path === '/token') {
        if (headers['authorization'] !== 'Bearer request-token') return json(401, {});
        return json(200, { value: `job-token-for-${query.get('audience')}` });
      }
      if (headers['authorization'] !== 'Bearer github-token')
        return json(401, { message: 'Bad credentials' });
      const rest = path.replace(`/repos/${REPOSITORY}`, '');
      const [, issue] = /^\/issues\/(\d+)\/comments$/.exec(rest) ?? [];
      if (issue !== undefined) return comments.answer(request, Number(issue));
      const [, id] = /^\/issues\/comments\/(\d+)$/.exec(rest) ?? [];
      if (id !== undefined) return comments.answerOne(request, Number(id));
      const [, commit] = /^\/commits\/(\w+)\/pulls$/.exec(rest) ?? [];
      if (commit !== undefined)
        return json(
          200,
          pageOf(
            pulls.filter((one) => one.merge_commit_sha === commit),
            request,
          ),
        );
      if (rest !== '/actions/artifacts') return undefined;
      const named = artifacts.filter((one) => one.name === query.get('name'));
      return json(200, { total_count: named.length, artifacts: pageOf(named, request) });
    },
  });
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${server.url}/__control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url: server.url,
    close: server.close,
    on: comments.on,
    add: comments.add,
    pulls,
    artifacts,
    /** Injects faults, as the emulators do. */
    fail: async (...faults: readonly object[]) => void (await control('POST', 'faults', faults)),
    /** Keeps a file as upload-artifact does. */
    upload(name: string, text: string, head_sha: string): void {
      const id = artifacts.length + 1;
      artifacts.push({ id, name, expired: false, workflow_run: { id, head_sha } });
      texts.set(`${id} ${name}`, text);
    },
    /** Returns a file as download-artifact does. */
    download: (run: string, name: string): string | undefined => texts.get(`${run} ${name}`),
  };
}
export type FakeGithub = Awaited<ReturnType<typeof startFakeGithub>>;
