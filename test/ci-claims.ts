/** The claims of a token that GitHub gives to a job, without `iss`, `aud` and times. Values as its documentation shows them. */
export function githubClaims(more: Readonly<Record<string, unknown>> = {}) {
  const claims = {
    jti: 'example-id',
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    repository: 'acme/payments',
    repository_owner: 'acme',
    repository_visibility: 'private',
    repository_id: '74',
    repository_owner_id: '65',
    actor: 'zoe',
    actor_id: '12',
    run_id: '1',
    run_number: '10',
    run_attempt: '2',
    runner_environment: 'github-hosted',
    workflow: 'birddog',
    head_ref: '',
    base_ref: '',
    event_name: 'push',
    ref_type: 'branch',
    job_workflow_ref: 'acme/payments/.github/workflows/birddog.yml@refs/heads/main',
    ...more,
  };
  return { sub: `repo:${claims.repository}:ref:${claims.ref}`, ...claims };
}

/** The claims of the job of a pull request, of a branch or of a fork: GitHub names the base repository in both cases. */
export const githubPullRequest = (more: Readonly<Record<string, unknown>> = {}) =>
  githubClaims({
    event_name: 'pull_request',
    ref: 'refs/pull/7/merge',
    head_ref: 'patch-1',
    base_ref: 'main',
    sub: 'repo:acme/payments:pull_request',
    ...more,
  });

/** The claims of a token that GitLab gives to a job, without `iss`, `aud` and times. Booleans are words. */
export function gitlabClaims(more: Readonly<Record<string, unknown>> = {}) {
  const claims = {
    jti: 'example-id',
    namespace_id: '72',
    namespace_path: 'acme',
    project_id: '20',
    project_path: 'acme/payments',
    user_id: '1',
    user_login: 'zoe',
    pipeline_id: '574',
    pipeline_source: 'push',
    job_id: '302',
    ref: 'main',
    ref_type: 'branch',
    ref_path: 'refs/heads/main',
    ref_protected: 'true',
    runner_id: 1,
    runner_environment: 'self-hosted',
    groups_direct: ['acme/payments-owners'],
    ...more,
  };
  return { sub: `project_path:${claims.project_path}:ref_type:branch:ref:${claims.ref}`, ...claims };
}
