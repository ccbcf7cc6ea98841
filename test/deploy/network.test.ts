import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { NetworkPolicyPort } from 'kubernetes-types/networking/v1.d.ts';
import { readConfig } from '../../src/main/settings.ts';
import { type KubernetesObject, ofKind } from './kinds.ts';
import { containerOf, environmentOf, podOf } from './pod-of.ts';
import { DEPLOY, NO_KUBECTL, OVERLAYS, parsed, rendered, sharesLedger, usesVault } from './rendered.ts';

const POD = { 'app.kubernetes.io/name': 'birddog' };
const portsOf = (ports: readonly NetworkPolicyPort[] | undefined) =>
  (ports ?? []).map((p) => `${p.protocol} ${p.port}`);

/** Returns the traffic that the policies allow, as `peer -> ports`. */
function allowedTraffic(objects: readonly KubernetesObject[], direction: 'Ingress' | 'Egress'): string[] {
  return ofKind(objects, 'NetworkPolicy').flatMap(({ spec }) => {
    const rules =
      direction === 'Ingress'
        ? (spec?.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports }))
        : (spec?.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }));
    return rules.flatMap(({ peers = [{}], ports }) =>
      peers.map((peer) => `${JSON.stringify(peer)} -> ${portsOf(ports).join(', ')}`),
    );
  });
}

const namespace = (labels: Record<string, string>) =>
  JSON.stringify({ namespaceSelector: { matchLabels: labels } });
const named = (name: string) => namespace({ 'kubernetes.io/metadata.name': name });

describe('the network of every overlay', { skip: NO_KUBECTL }, () => {
  it('denies ingress and egress of the pod by default', () => {
    for (const overlay of OVERLAYS) {
      const policies = ofKind(rendered(overlay), 'NetworkPolicy');
      for (const { spec } of policies) assert.deepEqual(spec?.podSelector, { matchLabels: POD });
      const denial = policies.find((p) => p.metadata?.name === 'birddog-deny-all');
      assert.deepEqual(denial?.spec, {
        podSelector: { matchLabels: POD },
        policyTypes: ['Ingress', 'Egress'],
      });
    }
  });

  it("allows users only Birddog's port, and nobody the sidecar's", () => {
    const users = (more: string[]) => ['{"podSelector":{}}', ...more].map((peer) => `${peer} -> TCP 8443`);
    const router = namespace({ 'policy-group.network.openshift.io/ingress': '' });
    const from: Readonly<Record<string, string[]>> = {
      openshift: [router],
      kubernetes: [named('ingress-nginx')],
    };
    const monitoring = [
      namespace({ 'network.openshift.io/policy-group': 'monitoring' }),
      named('openshift-user-workload-monitoring'),
      named('monitoring'),
    ].map((peer) => `${peer} -> TCP 8081, TCP 5001, TCP 5002`);
    for (const overlay of OVERLAYS) {
      const names = overlay.split('+');
      const expected = [
        ...users(names.flatMap((name) => from[name] ?? [])),
        ...(names.includes('monitoring') ? monitoring : []),
        ...(names.includes('datadog-agent') ? [`${named('datadog')} -> TCP 8081, TCP 5001, TCP 5002`] : []),
      ];
      assert.deepEqual(allowedTraffic(rendered(overlay), 'Ingress').toSorted(), expected.toSorted(), overlay);
    }
  });

  it('allows egress only to DNS, Vault, PostgreSQL, HTTPS on the internet and its own Service', () => {
    const dns: Readonly<Record<string, string>> = {
      openshift: `${named('openshift-dns')} -> UDP 5353, TCP 5353`,
      kubernetes: `${named('kube-system')} -> UDP 53, TCP 53`,
    };
    for (const overlay of OVERLAYS) {
      const all = allowedTraffic(rendered(overlay), 'Egress');
      const internet = all.filter((rule) => rule.startsWith('{"ipBlock"'));
      assert.equal(internet.length, 2);
      for (const rule of internet)
        assert.match(rule, /except.*(10\.0\.0\.0\/8.*169\.254|fc00::).* -> TCP 443$/);
      const expected = [
        `${JSON.stringify({ podSelector: { matchLabels: POD } })} -> TCP 8443`,
        ...(usesVault(overlay) ? [`${named('vault')} -> TCP 8200`] : []),
        ...overlay.split('+').flatMap((name) => dns[name] ?? []),
        ...(sharesLedger(overlay) ? [`${named('postgresql')} -> TCP 5432`] : []),
      ];
      assert.deepEqual(
        all.filter((rule) => !internet.includes(rule)).toSorted(),
        expected.toSorted(),
        overlay,
      );
    }
  });

  it("has a Service for Birddog's API port only", () => {
    for (const overlay of OVERLAYS) {
      const objects = rendered(overlay);
      const service = ofKind(objects, 'Service').find((s) => s.metadata?.name === 'birddog');
      assert.deepEqual(service?.spec?.ports, [
        { name: 'https', port: 443, targetPort: 'https', protocol: 'TCP' },
      ]);
      assert.deepEqual(service?.spec?.selector, POD);
      assert.deepEqual(ofKind(objects, 'Deployment')[0]?.spec?.template.metadata?.labels, POD);
      const https = containerOf(podOf(objects), 'birddog').ports?.find((p) => p.name === 'https');
      assert.equal(https?.containerPort, 8443);
      for (const { spec } of ofKind(objects, 'Service'))
        for (const { port, targetPort } of spec?.ports ?? []) assert.ok(port !== 5000 && targetPort !== 5000);
    }
  });

  it('allows node drains, and keeps one of two replicas meanwhile', () => {
    for (const overlay of OVERLAYS) {
      const [budget] = ofKind(rendered(overlay), 'PodDisruptionBudget');
      assert.deepEqual(budget?.spec, {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: POD },
      });
    }
  });
});

describe('the overlay', { skip: NO_KUBECTL }, () => {
  it('openshift has a Route with re-encryption to the certificate of the service CA', () => {
    const objects = rendered('openshift');
    const [route] = ofKind(objects, 'Route');
    const [service] = ofKind(objects, 'Service');
    assert.equal(route?.spec.tls?.termination, 'reencrypt');
    assert.equal(route?.spec.tls?.insecureEdgeTerminationPolicy, 'None');
    assert.equal(route?.spec.tls?.destinationCACertificate, undefined);
    assert.deepEqual([route?.spec.to.name, route?.spec.port?.targetPort], [service?.metadata?.name, 'https']);
    assert.equal(route?.metadata.annotations?.['haproxy.router.openshift.io/timeout'], '610s');
    const secret = podOf(objects).volumes?.find((v) => v.name === 'tls')?.secret;
    assert.equal(
      service?.metadata?.annotations?.['service.beta.openshift.io/serving-cert-secret-name'],
      secret?.secretName,
    );
    assert.equal(secret?.defaultMode, 0o440);
    const authority = ofKind(objects, 'ConfigMap').find((m) => m.metadata?.name === 'birddog-service-ca');
    assert.equal(authority?.metadata?.annotations?.['service.beta.openshift.io/inject-cabundle'], 'true');
    assert.ok(podOf(objects).securityContext && !('fsGroup' in (podOf(objects).securityContext ?? {})));
  });

  it('kubernetes has an Ingress that connects to the pod over TLS, with the certificate of a Secret', () => {
    const objects = rendered('kubernetes');
    const [ingress] = ofKind(objects, 'Ingress');
    const path = ingress?.spec?.rules?.[0]?.http?.paths[0];
    assert.deepEqual(path?.backend, { service: { name: 'birddog', port: { name: 'https' } } });
    assert.deepEqual(ingress?.spec?.tls?.[0]?.hosts, [ingress?.spec?.rules?.[0]?.host]);
    assert.equal(ingress?.metadata?.annotations?.['nginx.ingress.kubernetes.io/backend-protocol'], 'HTTPS');
    assert.equal(podOf(objects).volumes?.find((v) => v.name === 'tls')?.secret?.secretName, 'birddog-tls');
    assert.equal(podOf(objects).securityContext?.fsGroup, 1001);
  });

  it('monitoring scrapes every ops port and no other', () => {
    for (const overlay of OVERLAYS.filter((o) => o.includes('monitoring'))) {
      const objects = rendered(overlay);
      const [monitor] = ofKind(objects, 'ServiceMonitor');
      const wanted = monitor?.spec.selector.matchLabels ?? {};
      const services = ofKind(objects, 'Service').filter((s) =>
        Object.entries(wanted).every(([name, value]) => s.metadata?.labels?.[name] === value),
      );
      const scraped = services.flatMap((s) => s.spec?.ports ?? []).map((p) => [p.name, p.targetPort]);
      const ops = podOf(objects)
        .initContainers?.concat(podOf(objects).containers)
        .flatMap((c) => c.ports ?? []);
      assert.deepEqual(
        scraped.toSorted(),
        ops
          ?.filter((p) => p.name !== 'https')
          .map((p) => [p.name, p.containerPort])
          .toSorted(),
      );
      for (const [name] of scraped)
        assert.ok(monitor?.spec.endpoints.some((e) => e.port === name && e.path === '/metrics'));
    }
  });

  it('datadog-agent has an OpenMetrics check for each ops port, as docs/metrics.md shows it', () => {
    const page = readFileSync(join(DEPLOY, '../docs/metrics.md'), 'utf8');
    for (const overlay of OVERLAYS.filter((o) => o.includes('datadog-agent'))) {
      const objects = rendered(overlay);
      const annotations = ofKind(objects, 'Deployment')[0]?.spec?.template.metadata?.annotations ?? {};
      for (const { name, ports = [] } of podOf(objects).containers) {
        const check = annotations[`ad.datadoghq.com/${name}.checks`] ?? '';
        const [instance] = JSON.parse(check).openmetrics.instances;
        const ops = ports.find((port) => port.name?.endsWith('ops'))?.containerPort;
        assert.equal(instance.openmetrics_endpoint, `http://%%host%%:${ops}/metrics`, name);
        assert.deepEqual([instance.namespace, instance.raw_metric_prefix], ['birddog', 'birddog_']);
        const shown = check.replaceAll(/^/gm, '  ').trimEnd();
        if (name !== 'watch')
          assert.ok(page.includes(`ad.datadoghq.com/${name}.checks: |\n${shown}\n`), name);
      }
    }
  });

  it('persistent has a claim for each ledger', () => {
    const objects = rendered('persistent');
    const claims = ofKind(objects, 'PersistentVolumeClaim').map((c) => c.metadata?.name);
    const claimed = podOf(objects).volumes?.flatMap((v) => v.persistentVolumeClaim?.claimName ?? []);
    assert.deepEqual(claims.toSorted(), ['birddog-ledger-main', 'birddog-ledger-sidecar']);
    assert.deepEqual(claimed?.toSorted(), claims.toSorted());
  });

  it('openshift has an example EgressFirewall with the example hosts of the settings', () => {
    const [firewall] = ofKind(
      parsed(readFileSync(join(DEPLOY, 'overlays/openshift/egress-firewall.example.yaml'), 'utf8')),
      'EgressFirewall',
    );
    const environment = environmentOf(rendered('openshift'), 'birddog');
    const { datadog } = readConfig(environment);
    const hosts = ['LEANIX_URL', 'SERVICENOW_URL', 'BIRDDOG_OIDC_ISSUER'].map(
      (name) => new URL(environment[name] ?? '').hostname,
    );
    const allowed = firewall?.spec.egress.flatMap(({ type, to }) =>
      type === 'Allow' && 'dnsName' in to ? [to.dnsName] : [],
    );
    assert.deepEqual(allowed?.toSorted(), [datadog.baseUrl.hostname, ...hosts].toSorted());
    assert.deepEqual(
      firewall?.spec.egress.slice(-2).map((rule) => rule.type),
      ['Deny', 'Deny'],
    );
  });
});
