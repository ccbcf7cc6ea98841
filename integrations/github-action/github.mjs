import { createApi } from '../ci/rest-api.mjs';

/** Creates a client of GitHub's REST API for the repository of a job. */
export function createGithub({ env, input, repository }) {
  const api = createApi({
    url: env.GITHUB_API_URL,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${input('github-token')}`,
      'user-agent': 'birddog-action',
      'x-github-api-version': '2022-11-28',
    },
    ...(env.BIRDDOG_RETRY_MS ? { retryMs: Number(env.BIRDDOG_RETRY_MS) } : {}),
  });
  const path = `/repos/${repository}`;
  const author = input('comment-author') || 'github-actions[bot]';
  return {
    /** Returns the comments of a pull request or issue, as `writeComment` needs them. */
    commentsOn: (number) => ({
      list: async () =>
        (await api.list(`${path}/issues/${number}/comments`)).map(({ id, body, user }) => ({
          id,
          body,
          isOwn: user?.login === author,
        })),
      create: (body) => api.request('POST', `${path}/issues/${number}/comments`, { body }),
      update: (id, body) => api.request('PATCH', `${path}/issues/comments/${id}`, { body }),
      remove: (id) => api.request('DELETE', `${path}/issues/comments/${id}`),
    }),
    /** Returns the pull request that was merged as this commit; undefined if none was. */
    async mergedPullRequest(commit) {
      const all = await api.list(`${path}/commits/${commit}/pulls`);
      return all.find((one) => one.merged_at !== null && one.merge_commit_sha === commit);
    },
    /** Returns the newest artifact with a name that a run of this commit has kept. */
    async artifact(name, sha) {
      const all = await api.list(
        `${path}/actions/artifacts?name=${encodeURIComponent(name)}`,
        (page) => page?.artifacts,
      );
      return all
        .filter((one) => !one.expired && one.workflow_run?.head_sha === sha)
        .sort((a, b) => b.id - a.id)[0];
    },
  };
}

/** Returns the token of a job for an audience; undefined if the job may not have one. Throws ApiError. */
export async function jobToken({ env }, audience) {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env;
  if (!url || !token) return undefined;
  const api = createApi({ url, headers: { authorization: `Bearer ${token}` } });
  return (await api.request('GET', `&audience=${encodeURIComponent(audience)}`)).value;
}
