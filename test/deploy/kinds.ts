import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type {
  ConfigMap,
  PersistentVolumeClaim,
  Service,
  ServiceAccount,
} from 'kubernetes-types/core/v1.d.ts';
import type { Ingress, NetworkPolicy } from 'kubernetes-types/networking/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import type { EgressFirewall, Route, ServiceMonitor } from './other-kinds.ts';

/** Every kind of object that an overlay may contain. */
export interface Kinds {
  ConfigMap: ConfigMap;
  Deployment: Deployment;
  EgressFirewall: EgressFirewall;
  Ingress: Ingress;
  NetworkPolicy: NetworkPolicy;
  PersistentVolumeClaim: PersistentVolumeClaim;
  PodDisruptionBudget: PodDisruptionBudget;
  Route: Route;
  Service: Service;
  ServiceAccount: ServiceAccount;
  ServiceMonitor: ServiceMonitor;
}
export type Kind = keyof Kinds;
export type KubernetesObject = { [K in Kind]: Kinds[K] & { readonly kind: K } }[Kind];

/** The apiVersion of each kind. */
export const API_VERSIONS: Readonly<Record<Kind, string>> = {
  ConfigMap: 'v1',
  Deployment: 'apps/v1',
  EgressFirewall: 'k8s.ovn.org/v1',
  Ingress: 'networking.k8s.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  PersistentVolumeClaim: 'v1',
  PodDisruptionBudget: 'policy/v1',
  Route: 'route.openshift.io/v1',
  Service: 'v1',
  ServiceAccount: 'v1',
  ServiceMonitor: 'monitoring.coreos.com/v1',
};

/** Returns the objects of a kind. */
export function ofKind<K extends Kind>(objects: readonly KubernetesObject[], kind: K): Kinds[K][] {
  return objects.filter((object): object is KubernetesObject & Kinds[K] => object.kind === kind);
}
