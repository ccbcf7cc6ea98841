import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { copiedByContainerfile } from './image-root.ts';
import { DEPLOY } from './rendered.ts';

/** Instructions of the Containerfile, lines joined, by stage. */
function stages(): string[][] {
  const text = readFileSync(join(DEPLOY, 'Containerfile'), 'utf8').replaceAll('\\\n', ' ');
  const instructions = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  const starts = instructions.flatMap((line, at) => (line.startsWith('FROM ') ? [at] : []));
  return starts.map((start, n) => instructions.slice(start, starts[n + 1]));
}

describe('the Containerfile', () => {
  it('adds only the files of lay-out.sh to the final image', () => {
    const [build = [], run = [], ...more] = stages();
    assert.equal(more.length, 0);
    assert.ok(build.some((line) => line.endsWith('deploy/lay-out.sh /image')));
    assert.deepEqual(
      run.filter((line) => /^(RUN|COPY|ADD) /.test(line)),
      ['COPY --from=build /image/ /'],
    );
    assert.ok(run.includes('USER 1001:0'), 'a numeric user, which runAsNonRoot requires, and group 0');
    assert.ok(run.includes('ENTRYPOINT ["birddog"]'));
  });

  it('runs no install script of a package', () => {
    const installs = (stages()[0] ?? []).filter((line) => line.includes('npm ci'));
    assert.deepEqual(installs, ['RUN npm ci --ignore-scripts']);
  });

  it('builds in the path of the image, which the compile cache requires', () => {
    const layOut = readFileSync(join(DEPLOY, 'lay-out.sh'), 'utf8');
    const [, home] = /^home=\$1(\S+)$/m.exec(layOut) ?? [];
    assert.ok(stages()[0]?.includes(`WORKDIR ${home}`));
  });

  it('has only the files that it copies in its build context', () => {
    const lines = readFileSync(join(DEPLOY, '../.dockerignore'), 'utf8').trim().split('\n');
    const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    assert.ok(lines.includes('*'));
    assert.deepEqual(kept.toSorted(), copiedByContainerfile().toSorted());
  });
});

describe('build-image.sh', () => {
  interface Git {
    readonly revision: string;
    readonly status?: string;
    readonly origin?: string;
  }
  /** Runs the script with fake engines on the PATH, which print their arguments. Default: not in a Git repository. */
  function build(t: TestContext, engines: readonly string[], args: readonly string[], env = {}, git?: Git) {
    const folder = mkdtempSync(join(tmpdir(), 'engines-'));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const engine of engines)
      writeFileSync(join(folder, engine), '#!/bin/sh\necho "${0##*/} $* in $PWD"\n', { mode: 0o755 });
    // Programs that the script needs, without any engine of this machine.
    const answers = `rev-parse) echo "${git?.revision}" ;; status) echo "${git?.status ?? ''}" ;; config) echo "${git?.origin ?? ''}" ;;`;
    const fakeGit = git === undefined ? 'exit 128' : `case $1 in ${answers} esac`;
    writeFileSync(join(folder, 'git'), `#!/bin/sh\n${fakeGit}\n`, { mode: 0o755 });
    for (const program of ['dirname', 'cat', 'sed'])
      writeFileSync(join(folder, program), `#!/bin/sh\nexec /usr/bin/${program} "$@"\n`, { mode: 0o755 });
    return spawnSync('/bin/sh', [join(DEPLOY, 'build-image.sh'), ...args], {
      encoding: 'utf8',
      env: { PATH: folder, ...env },
    });
  }
  const called = (engine: string, more = '') =>
    `${engine} build --file deploy/Containerfile --tag images.test/birddog:1${more} . in ${join(DEPLOY, '..')}\n`;

  it('uses podman, docker or the named engine, and passes options on', (t) => {
    const args = ['images.test/birddog:1'];
    assert.equal(build(t, ['podman', 'docker'], args).stdout, called('podman'));
    assert.equal(build(t, ['docker'], args).stdout, called('docker'));
    assert.equal(build(t, ['podman', 'docker'], args, { ENGINE: 'docker' }).stdout, called('docker'));
    assert.equal(
      build(t, ['podman'], [...args, '--pull', 'always']).stdout,
      called('podman', ' --pull always'),
    );
  });

  it('labels the image with its revision and its source, without a password', (t) => {
    const labels = (git: Git) => {
      const { stdout } = build(t, ['podman'], ['images.test/birddog:1'], {}, git);
      return [...stdout.matchAll(/--label org\.opencontainers\.image\.(\S+)/g)].map(([, label]) => label);
    };
    assert.deepEqual(labels({ revision: 'abc', origin: 'https://ci:secret@git.test/birddog.git' }), [
      'source=https://git.test/birddog.git',
      'revision=abc',
    ]);
    assert.deepEqual(
      labels({ revision: 'abc', status: ' M README.md', origin: 'git@git.test:birddog.git' }),
      ['source=git@git.test:birddog.git', 'revision=abc-modified'],
    );
    assert.deepEqual(labels({ revision: 'abc' }), ['revision=abc']);
  });

  it('reports a missing engine or argument', (t) => {
    const none = build(t, [], ['images.test/birddog:1']);
    assert.equal(none.status, 69);
    assert.match(none.stderr, /neither podman nor docker/);
    assert.equal(build(t, ['podman'], []).status, 64);
  });
});
