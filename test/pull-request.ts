import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { folderWith, ROOT } from './acceptance/birddog-command.ts';
import type { FakeGithub } from './fake-github.ts';
import { pullRequestEvent, runAction } from './run-action.ts';

/** The text of a monitor in a document. */
export const monitor = (name: string, key = 'cpu') =>
  `  - {key: ${key}, type: query alert, name: "${name}", query: 'avg(last_5m):avg:system.cpu.user{*} > 90', message: '@slack-x'}\n`;
export const document = (...monitors: string[]) =>
  `apiVersion: birddog/v1\napplication: payments-batch\nteam: payments\nmonitors:\n${monitors.join('')}`;
export const MARKER = '<!-- birddog plan default -->';
let nextNumber = 100;

/** A checkout with one document, and a pull request. `url` is that of Birddog. */
export function pullRequest(t: TestContext, github: FakeGithub, text: string, url = '') {
  const workspace = folderWith(t, { 'a.yaml': text });
  const number = nextNumber++;
  const head = `head${number}`;
  const event = pullRequestEvent(head, number);
  const inputs = { files: '*.yaml', url, command: join(ROOT, 'bin/birddog') };
  const act = (
    mode: string,
    more: Record<string, string> = {},
    env: Record<string, string> = {},
    from: object = event,
  ) =>
    runAction(github, {
      inputs: { ...inputs, mode, ...more },
      event: from,
      sha: `merge${number}`,
      workspace,
      env,
    });
  const merge = (merged_at: string | null = '2026-11-30') =>
    github.pulls.push({
      number,
      merged_at,
      merge_commit_sha: `merge${number}`,
      head: { sha: head },
    });
  const bodies = () => github.on(number).map(({ body }) => body);
  return { workspace, number, head, act, merge, bodies, push: {} };
}

/** A stub of the command that prints a plan, and records its arguments and token. */
export function stub(t: TestContext, markdown: string, status = 2): string {
  const folder = folderWith(t, { plan: markdown, birddog: '' });
  const script = `#!/bin/sh
echo "$BIRDDOG_TOKEN" >${folder}/token
printf '%s\\n' "$@" >${folder}/args
while [ $# -gt 0 ]; do [ "$1" = --out ] && echo '{}' >"$2"; shift; done
cat ${folder}/plan
exit ${status}
`;
  writeFileSync(join(folder, 'birddog'), script);
  chmodSync(join(folder, 'birddog'), 0o755);
  return folder;
}
