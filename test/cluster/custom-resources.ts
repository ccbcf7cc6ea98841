/** A schema of an object with exactly these fields; the server warns of others and drops them. */
const object = (properties: object) => ({ type: 'object', properties });
const text = { type: 'string' };
const number = { type: 'integer' };
const portName = { 'x-kubernetes-int-or-string': true };
const words = (...values: string[]) => ({ ...text, enum: values });

/** Kinds that only OpenShift or the Prometheus Operator have, with the fields of test/deploy/other-kinds.ts. */
const KINDS = [
  {
    kind: 'Route',
    group: 'route.openshift.io',
    version: 'v1',
    spec: object({
      host: text,
      path: text,
      to: object({ kind: words('Service'), name: text, weight: number }),
      port: object({ targetPort: portName }),
      tls: object({
        termination: words('edge', 'passthrough', 'reencrypt'),
        insecureEdgeTerminationPolicy: words('None', 'Allow', 'Redirect'),
        certificate: text,
        key: text,
        caCertificate: text,
        destinationCACertificate: text,
      }),
      wildcardPolicy: words('None', 'Subdomain'),
    }),
  },
  {
    kind: 'ServiceMonitor',
    group: 'monitoring.coreos.com',
    version: 'v1',
    spec: object({
      selector: object({ matchLabels: { type: 'object', additionalProperties: text } }),
      endpoints: {
        type: 'array',
        items: object({ port: text, path: text, interval: text, scheme: words('http', 'https') }),
      },
    }),
  },
] as const;

/** The definitions of these kinds for a server that does not have them. */
export const CUSTOM_RESOURCES = KINDS.map(({ kind, group, version, spec }) => {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const schema = { openAPIV3Schema: object({ spec }) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
});
