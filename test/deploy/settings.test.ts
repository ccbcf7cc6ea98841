import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, it } from 'node:test';
import {
  initSettings,
  readCertificatesConfig,
  readConfig as readInitConfig,
} from '../../src/init/settings.ts';
import { mainSettings, readConfig as readMainConfig } from '../../src/main/settings.ts';
import { readConfig as readSidecarConfig, sidecarSettings } from '../../src/sidecar/settings.ts';
import { ofKind } from './kinds.ts';
import { containerOf, containersOf, environmentOf, podOf } from './pod-of.ts';
import { NO_KUBECTL, OVERLAYS, rendered, sharesLedger } from './rendered.ts';

/** The settings of each container's process. */
const PROCESSES = {
  init: { read: readInitConfig, settings: initSettings },
  watch: { read: readInitConfig, settings: initSettings },
  birddog: { read: readMainConfig, settings: mainSettings },
  sidecar: { read: readSidecarConfig, settings: sidecarSettings },
};
/** The variables that `birddog check` reads in the pod. */
const CHECK_VARIABLES = ['POD_NAMESPACE', 'BIRDDOG_URL', 'BIRDDOG_CACERT'];

/** Returns the folders that are mounted into a container, writable or read-only. */
function folders(overlay: string, name: string, writable: boolean): string[] {
  const mounts = containerOf(podOf(rendered(overlay)), name).volumeMounts ?? [];
  return mounts.filter((m) => !m.readOnly === writable).map((m) => m.mountPath);
}
const within = (file: string, all: readonly string[]) =>
  all.some((folder) => `${file}/`.startsWith(`${folder}/`));

describe('the settings in the manifests', { skip: NO_KUBECTL }, () => {
  for (const overlay of OVERLAYS) {
    it(`${overlay}: are valid for each process`, () => {
      const objects = rendered(overlay);
      for (const [name, { read }] of Object.entries(PROCESSES)) {
        const container = containersOf(podOf(objects)).find((c) => c.name === name);
        if (container?.args?.includes('--certificates')) readCertificatesConfig(environmentOf(objects, name));
        else if (container) read(environmentOf(objects, name));
      }
    });

    it(`${overlay}: name probed ports and mounted folders`, () => {
      const objects = rendered(overlay);
      const pod = podOf(objects);
      const port = (name: string, of: string) =>
        containerOf(pod, name).ports?.find((p) => p.name === of)?.containerPort;
      const main = readMainConfig(environmentOf(objects, 'birddog'));
      assert.deepEqual(
        [main.BIRDDOG_HOST, main.BIRDDOG_PORT, main.BIRDDOG_OPS_HOST, main.BIRDDOG_OPS_PORT],
        ['0.0.0.0', port('birddog', 'https'), '0.0.0.0', port('birddog', 'ops')],
      );
      const sidecar = readSidecarConfig(environmentOf(objects, 'sidecar'));
      assert.deepEqual(
        [sidecar.SIDECAR_OPS_HOST, sidecar.SIDECAR_OPS_PORT],
        ['0.0.0.0', port('sidecar', 'sidecar-ops')],
      );
      if (overlay.includes('watch')) {
        const watch = readInitConfig(environmentOf(objects, 'watch'));
        const ops = ['0.0.0.0', port('watch', 'watch-ops')];
        assert.deepEqual([watch.INIT_OPS_HOST, watch.INIT_OPS_PORT], ops);
        assert.deepEqual(watch.folders, readInitConfig(environmentOf(objects, 'init')).folders);
      }
      assert.equal(main.SIDECAR_URL.href, `https://127.0.0.1:${sidecar.SIDECAR_PORT}/`);
      for (const [name, config] of [
        ['birddog', main],
        ['sidecar', sidecar],
      ] as const) {
        assert.ok(within(config.BIRDDOG_SECRETS, folders(overlay, name, false)));
        if (config.BIRDDOG_CERTIFICATES !== '')
          assert.ok(within(config.BIRDDOG_CERTIFICATES, folders(overlay, name, false)));
        const { BIRDDOG_LEDGER: ledger } = config;
        assert.equal(ledger.database, sharesLedger(overlay) ? 'PostgreSQL' : 'SQLite');
        if (ledger.database === 'SQLite')
          assert.ok(within(posix.dirname(ledger.file), folders(overlay, name, true)));
      }
      for (const folder of [main.BIRDDOG_TLS, posix.dirname(main.BIRDDOG_ACCESS)])
        assert.ok(folders(overlay, 'birddog', false).includes(folder), folder);
      const environment = environmentOf(objects, 'birddog');
      assert.equal(environment['BIRDDOG_URL'], 'https://birddog.operations.svc');
      assert.ok(within(environment['BIRDDOG_CACERT'] ?? '', folders(overlay, 'birddog', false)));
    });

    it(`${overlay}: contain only variables that the container's process reads`, () => {
      const objects = rendered(overlay);
      for (const [name, process] of Object.entries(PROCESSES)) {
        if (!containersOf(podOf(objects)).some((c) => c.name === name)) continue;
        const known = new Set([
          ...Object.keys(process.settings),
          ...(name === 'birddog' ? CHECK_VARIABLES : []),
        ]);
        for (const variable of Object.keys(environmentOf(objects, name)))
          assert.ok(known.has(variable), `${name}: ${variable}`);
      }
    });
  }

  it('let init write where the processes read, and mount its token where it reads it', () => {
    const objects = rendered('openshift');
    const pod = podOf(objects);
    const init = readInitConfig(environmentOf(objects, 'init'));
    const volumeAt = (name: string, path: string) =>
      containerOf(pod, name).volumeMounts?.find((m) => m.mountPath === path)?.name;
    for (const [folder, name] of [
      [init.BIRDDOG_SECRETS_MAIN, 'birddog'],
      [init.BIRDDOG_SECRETS_SIDECAR, 'sidecar'],
    ] as const) {
      const read = environmentOf(objects, name)['BIRDDOG_SECRETS'] ?? '';
      assert.equal(posix.basename(read), 'current');
      assert.equal(volumeAt('init', folder), volumeAt(name, posix.dirname(read)));
    }
    assert.equal(volumeAt('init', posix.dirname(init.VAULT_TOKEN_FILE)), 'vault-token');
  });

  it('let the injector write every key where its process reads it, and fail only if one is missing that init requires', () => {
    const objects = rendered('kubernetes+vault-injector+postgresql');
    const pod = podOf(objects);
    const annotations = ofKind(objects, 'Deployment')[0]?.spec?.template.metadata?.annotations ?? {};
    const told = (name: string) => annotations[`vault.hashicorp.com/${name}`];
    const volumeAt = (name: string, path: string) =>
      containerOf(pod, name).volumeMounts?.find((m) => m.mountPath === path)?.name;
    for (const [container, kind, fields] of [
      [
        'birddog',
        'main',
        [
          'datadog-api-key',
          'datadog-app-key',
          'leanix-api-token',
          'servicenow-username',
          'servicenow-password',
          'ledger-user',
          'ledger-password',
        ],
      ],
      ['sidecar', 'sidecar', ['datadog-api-key', 'datadog-app-key', 'ledger-user', 'ledger-password']],
    ] as const) {
      const folder = environmentOf(objects, container)['BIRDDOG_SECRETS'] ?? '';
      for (const field of fields) {
        const name = `${kind}-${field}`;
        // As the injector joins them.
        const file = posix.join('/vault/secrets', told(`agent-inject-file-${name}`) ?? '');
        assert.equal(posix.basename(file), field);
        assert.equal(volumeAt('init', posix.dirname(file)), volumeAt(container, folder), name);
        const path = told(`agent-inject-secret-${name}`) ?? '';
        assert.equal(path, `secret/data/birddog/${kind}`);
        const template = told(`agent-inject-template-${name}`) ?? '';
        assert.ok(template.includes(`secret "${path}"`) && template.includes(`index .Data.data "${field}"`));
        const missing = `else -}}{{ .Data.data.${field.replaceAll('-', '_')}_is_missing }}`;
        const required = !/^(?:leanix|servicenow)-/.test(field);
        assert.equal(template.includes(missing), required, name);
        assert.equal(told(`error-on-missing-key-${name}`), required ? 'true' : undefined);
      }
    }
    const secrets = Object.keys(annotations).filter((name) => name.includes('/agent-inject-secret-'));
    assert.equal(secrets.length, 11, 'and nothing else is fetched');
    assert.deepEqual(['agent-inject', 'agent-init-first', 'agent-copy-volume-mounts'].map(told), [
      'true',
      'true',
      'init',
    ]);
    assert.ok(!containersOf(pod).some((c) => c.name === told('agent-inject-containers')));
    const token = told('agent-service-account-token-volume-name');
    assert.ok(pod.volumes?.some((volume) => volume.name === token && volume.projected));
    assert.equal(told('role'), environmentOf(objects, 'init')['VAULT_ROLE']);
    assert.equal(told('service'), environmentOf(objects, 'init')['VAULT_ADDR']);
  });
});
