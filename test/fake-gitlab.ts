import { type EmulatorRequest, json, startEmulatorServer } from '../emulators/server/emulator-server.ts';

export const PROJECT = 20;
/** The id of the account of the project access token. */
const BOT = 9;

interface Note {
  id: number;
  body: string;
  system: boolean;
  author: { id: number };
}

/** The notes of all merge requests. */
function createNotes() {
  const all = new Map<string, Note[]>();
  let nextId = 1;
  const on = (iid: string): Note[] => {
    const list = all.get(iid) ?? [];
    all.set(iid, list);
    return list;
  };
  const add = (iid: string, body: string, author = BOT) => {
    const note = { id: nextId++, body, system: false, author: { id: author } };
    on(iid).push(note);
    return note;
  };
  return {
    on,
    add,
    /** Answers a request for the notes of a merge request, or for one of them. */
    answer({ method, query, body }: EmulatorRequest, iid: string, id: string | undefined) {
      const list = on(iid);
      if (id === undefined) {
        const size = Number(query.get('per_page'));
        const from = (Number(query.get('page')) - 1) * size;
        if (method === 'GET') return json(200, list.slice(from, from + size));
        return json(201, add(iid, JSON.parse(body).body));
      }
      const found = list.find((one) => one.id === Number(id));
      if (!found) return json(404, { message: '404 Not found' });
      if (method === 'DELETE') list.splice(list.indexOf(found), 1);
      else found.body = JSON.parse(body).body;
      return json(200, found);
    },
  };
}

/** Starts a fake of GitLab's API with the notes of merge requests, their pipelines, and the artifacts of jobs by id. */
export async function startFakeGitlab() {
  const notes = createNotes();
  const merged = new Map<string, object>();
  const artifacts = new Map<string, string>();
  const server = await startEmulatorServer({
    name: 'gitlab',
    port: 0,
    control: true,
    handle(request) {
      if (request.headers['private-token'] !== 'gitlab-token')
        return json(401, { message: '401 Unauthorized' });
      const path = request.path.replace('/api/v4', '');
      if (path === '/user') return json(200, { id: BOT });
      const rest = path.replace(`/projects/${PROJECT}`, '');
      const [, iid, id] = /^\/merge_requests\/(\d+)\/notes(?:\/(\d+))?$/.exec(rest) ?? [];
      if (iid !== undefined) return notes.answer(request, iid, id);
      const [, commit] = /^\/repository\/commits\/(\w+)\/merge_requests$/.exec(rest) ?? [];
      if (commit !== undefined) return json(200, [merged.get(commit) ?? []].flat());
      const [, pipelineOf] = /^\/merge_requests\/(\d+)$/.exec(rest) ?? [];
      if (pipelineOf !== undefined)
        return json(200, { iid: Number(pipelineOf), head_pipeline: { id: pipelineOf } });
      const [, pipeline] = /^\/pipelines\/(\d+)\/jobs$/.exec(rest) ?? [];
      if (pipeline !== undefined) {
        const jobs = ['birddog-lint', 'birddog-plan'].map((name, at) => ({
          id: Number(pipeline) * 10 + at,
          name,
        }));
        return json(200, jobs);
      }
      const [, job] = /^\/jobs\/(\d+)\/artifacts\/birddog-plan\.json$/.exec(rest) ?? [];
      if (job === undefined) return undefined;
      const text = artifacts.get(job);
      return text === undefined ? json(404, { message: '404 Not found' }) : { status: 200, body: text };
    },
  });
  return {
    url: `${server.url}/api/v4`,
    close: server.close,
    on: notes.on,
    add: notes.add,
    /** Merges a merge request as a commit, or puts it into another state. */
    merge: (iid: string, commit: string, state = 'merged') =>
      void merged.set(commit, {
        iid: Number(iid),
        state,
        sha: 'head',
        merge_commit_sha: commit,
        squash_commit_sha: null,
      }),
    /** Keeps the plan of the pipeline of a merge request. */
    upload: (iid: string, text: string) => void artifacts.set(`${iid}1`, text),
  };
}
