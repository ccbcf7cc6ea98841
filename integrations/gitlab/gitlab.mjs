import { createApi } from '../ci/rest-api.mjs';

/** Creates a client of GitLab's REST API for the project of a job. */
export function createGitlab({ CI_API_V4_URL, CI_PROJECT_ID, BIRDDOG_GITLAB_TOKEN, BIRDDOG_RETRY_MS }) {
  const api = createApi({
    url: `${CI_API_V4_URL}/projects/${encodeURIComponent(CI_PROJECT_ID)}`,
    headers: { 'private-token': BIRDDOG_GITLAB_TOKEN },
    ...(BIRDDOG_RETRY_MS ? { retryMs: Number(BIRDDOG_RETRY_MS) } : {}),
  });
  const users = createApi({ url: CI_API_V4_URL, headers: { 'private-token': BIRDDOG_GITLAB_TOKEN } });
  let self;
  return {
    /** Returns the notes of a merge request, as `writeComment` needs them. */
    notesOn(iid) {
      const path = `/merge_requests/${iid}/notes`;
      return {
        async list() {
          self ??= (await users.request('GET', '/user')).id;
          const notes = await api.list(`${path}?sort=asc`);
          return notes.map(({ id, body, author, system }) => ({
            id,
            body,
            isOwn: author?.id === self && system !== true,
          }));
        },
        create: (body) => api.request('POST', path, { body }),
        update: (id, body) => api.request('PUT', `${path}/${id}`, { body }),
        remove: (id) => api.request('DELETE', `${path}/${id}`),
      };
    },
    /** Returns the merge request that was merged as this commit; undefined if none was. */
    async mergedRequest(commit) {
      const all = await api.list(`/repository/commits/${commit}/merge_requests`);
      return all.find(
        ({ state, merge_commit_sha, squash_commit_sha, sha }) =>
          state === 'merged' && [merge_commit_sha, squash_commit_sha, sha].includes(commit),
      );
    },
    /** Returns a file that a job of the last pipeline of a merge request has kept; undefined if no job has. */
    async artifact(iid, jobName, file) {
      const { head_pipeline: pipeline } = await api.request('GET', `/merge_requests/${iid}`);
      if (!pipeline) return undefined;
      const jobs = await api.list(`/pipelines/${pipeline.id}/jobs`);
      const [newest] = jobs.filter(({ name }) => name === jobName).sort((a, b) => b.id - a.id);
      if (!newest) return undefined;
      try {
        return await api.text(`/jobs/${newest.id}/artifacts/${file}`);
      } catch (error) {
        if (error.status === 404) return undefined;
        throw error;
      }
    },
  };
}
