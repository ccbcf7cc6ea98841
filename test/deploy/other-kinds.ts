// Kinds of OpenShift and of the Prometheus Operator, for which no package has a schema. They contain only the fields that this
// project uses, so that any other field is rejected.
import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';

/** https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/network_apis/route-route-openshift-io-v1 */
export interface Route {
  apiVersion: 'route.openshift.io/v1';
  kind: 'Route';
  metadata: ObjectMeta;
  spec: {
    host?: string;
    path?: string;
    to: { kind: 'Service'; name: string; weight?: number };
    port?: { targetPort: string | number };
    tls?: {
      termination: 'edge' | 'passthrough' | 'reencrypt';
      insecureEdgeTerminationPolicy?: 'None' | 'Allow' | 'Redirect';
      certificate?: string;
      key?: string;
      caCertificate?: string;
      destinationCACertificate?: string;
    };
    wildcardPolicy?: 'None' | 'Subdomain';
  };
}

/** https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/network_apis/egressfirewall-k8s-ovn-org-v1 */
export interface EgressFirewall {
  apiVersion: 'k8s.ovn.org/v1';
  kind: 'EgressFirewall';
  metadata: ObjectMeta & { name: 'default' };
  spec: {
    egress: {
      type: 'Allow' | 'Deny';
      to: { cidrSelector: string } | { dnsName: string };
      ports?: { protocol: 'TCP' | 'UDP' | 'SCTP'; port: number }[];
    }[];
  };
}

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor */
export interface ServiceMonitor {
  apiVersion: 'monitoring.coreos.com/v1';
  kind: 'ServiceMonitor';
  metadata: ObjectMeta;
  spec: {
    selector: { matchLabels: Record<string, string> };
    endpoints: { port: string; path?: string; interval?: string; scheme?: 'http' | 'https' }[];
  };
}
