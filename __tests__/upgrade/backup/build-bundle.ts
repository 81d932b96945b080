import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { BUNDLE_KINDS, type BundleKind } from '../../../src/upgrade/backup/bundle-kinds.js';
import { type BundleFacts, buildBundle } from '../../../src/upgrade/backup/write-bundle.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';

export const FACTS: BundleFacts = {
  formatVersion: 1,
  madeBy: '0.1.0',
  createdAt: '2026-11-27T02:00:00.000Z',
  run: 'https://github.example.com/team/clusters/actions/runs/7',
  clusterUid: '6f2a5a0e-7f0a-4d1c-9f57-0c2a4b1f0001',
  kubernetes: 'v1.34.4',
  calico: 'v3.30.7',
  method: 'manifest',
  variant: 'calico',
  namespace: 'kube-system',
  dataGroup: 'crd.projectcalico.org',
  secrets: 'left-out',
  helm: null,
  leftOut: [{ what: 'Secrets', why: 'no encryption-key' }],
};

export function kindOf(apiVersion: string, kind: string): BundleKind {
  const found = BUNDLE_KINDS.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (found === undefined) throw new Error(`No bundle holds ${kind} of ${apiVersion}`);
  return found;
}

/** An object of that kind, as an API server gives it. */
export function objectOf(kind: BundleKind, name: string, namespace?: string): KubernetesObject {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { of: name },
  };
}

const NODE = kindOf('apps/v1', 'DaemonSet');
const ROLE = kindOf('rbac.authorization.k8s.io/v1', 'ClusterRole');
const POOL = kindOf('crd.projectcalico.org/v1', 'IPPool');

/** A small bundle, whole and right. */
export async function buildMemoryBundle(facts: Partial<BundleFacts> = {}): Promise<MemoryBundle> {
  const bundle = createMemoryBundle();
  const builder = buildBundle(bundle);
  await builder.add(NODE, objectOf(NODE, 'calico-node', 'kube-system'));
  await builder.add(ROLE, objectOf(ROLE, 'system:calico-node'));
  await builder.add(POOL, objectOf(POOL, 'default-ipv4-ippool'));
  await builder.finish({ ...FACTS, ...facts });
  return bundle;
}
