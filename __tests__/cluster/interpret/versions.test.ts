import { describe, expect, test } from '@jest/globals';
import type { CalicoVersions } from '../../../src/cluster/calico-state.js';
import { releaseName } from '../../../src/cluster/interpret/image-version.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import {
  calicoNode,
  installation,
  object,
  operatorNode,
  podsOf,
  tigeraOperator,
  workload,
} from '../build.js';
import { calicoOf } from '../state-of.js';

const NODES = ['node-1', 'node-2'];

const clusterInformation = (version: string): KubernetesObject =>
  object(
    'crd.projectcalico.org/v1',
    'ClusterInformation',
    { name: 'default' },
    { spec: { calicoVersion: version } },
  );
const controllers = (version: string): KubernetesObject[] => {
  const deployment = workload('Deployment', 'calico-kube-controllers', {
    'calico-kube-controllers': `docker.io/calico/kube-controllers:${version}`,
  });
  return [deployment, ...podsOf(deployment, ['node-1'])];
};
/** calico-node whose template says one version and whose pods run others. */
function rolling(template: string, ...pods: readonly string[]): KubernetesObject[] {
  const daemonSet = calicoNode(template);
  return [
    daemonSet,
    ...pods.flatMap((version, index) =>
      podsOf(daemonSet, [`node-${index + 1}`], { 'calico-node': `docker.io/calico/node:${version}` }).map(
        (pod) => ({
          ...pod,
          metadata: { ...pod.metadata, name: `calico-node-${index}` },
        }),
      ),
    ),
  ];
}
const operated = (node: string, operator: string, status: string): KubernetesObject[] => {
  const daemonSet = operatorNode(node);
  return [
    daemonSet,
    ...podsOf(daemonSet, NODES),
    tigeraOperator(operator),
    installation({}, { calicoVersion: status }),
  ];
};

interface Expected {
  readonly running: string | null;
  readonly verdict: CalicoVersions['verdict'];
  readonly says: string;
}

const cases: readonly (readonly [string, readonly KubernetesObject[], Expected])[] = [
  [
    'all sources the same',
    [...rolling('v3.28.2', 'v3.28.2', 'v3.28.2'), ...controllers('v3.28.2'), clusterInformation('v3.28.2')],
    { running: 'v3.28.2', verdict: 'agreed', says: 'Every source says v3.28.2.' },
  ],
  [
    'ClusterInformation that was never updated (failure case 12)',
    [...rolling('v3.28.2', 'v3.28.2', 'v3.28.2'), clusterInformation('v3.19.1')],
    {
      running: 'v3.28.2',
      verdict: 'stale',
      says: 'Every pod runs v3.28.2; ClusterInformation says v3.19.1, which is known to lag and is not relied on.',
    },
  ],
  [
    'one node of two is new',
    [...rolling('v3.29.7', 'v3.28.2', 'v3.29.7'), clusterInformation('v3.29.7')],
    {
      running: 'v3.28.2',
      verdict: 'mixed',
      says: 'Pods of several releases run: calico-node v3.28.2 (1 pod), calico-node v3.29.7 (1 pod); an upgrade is under way or stopped half way.',
    },
  ],
  [
    'kube-controllers are newer than every node',
    [...rolling('v3.28.2', 'v3.28.2', 'v3.28.2'), ...controllers('v3.29.7')],
    {
      running: 'v3.28.2',
      verdict: 'mixed',
      says: 'Pods of several releases run: calico-node v3.28.2 (2 pods), kube-controllers v3.29.7 (1 pod); an upgrade is under way or stopped half way.',
    },
  ],
  [
    'the template is new and no pod is (OnDelete, or a rollout that cannot begin)',
    rolling('v3.29.7', 'v3.28.2', 'v3.28.2'),
    {
      running: 'v3.28.2',
      verdict: 'mixed',
      says: 'Every pod of calico-node runs v3.28.2, but the template of calico-node says v3.29.7: a change has begun that reached no node yet.',
    },
  ],
  [
    'the operator installs a newer Calico than runs',
    operated('v3.28.2', 'v1.36.16', 'v3.28.2'),
    {
      running: 'v3.28.2',
      verdict: 'mixed',
      says: 'Every pod of calico-node runs v3.28.2, but the operator installs v3.29.7: a change has begun that reached no node yet.',
    },
  ],
  [
    'Installation.status lags behind pods and operator',
    operated('v3.29.7', 'v1.36.16', 'v3.28.2'),
    {
      running: 'v3.29.7',
      verdict: 'stale',
      says: 'Every pod runs v3.29.7; Installation.status says v3.28.2, which is known to lag and is not relied on.',
    },
  ],
  [
    'an operator that the catalog does not know says nothing',
    operated('v3.28.2', 'v1.99.0', 'v3.28.2'),
    { running: 'v3.28.2', verdict: 'agreed', says: 'Every source says v3.28.2.' },
  ],
  [
    'builds of one release are one release',
    [...rolling('v3.28.2-build20241016', 'v3.28.2-build20241016'), clusterInformation('v3.28.2')],
    { running: 'v3.28.2', verdict: 'agreed', says: 'Every source says v3.28.2.' },
  ],
  [
    'a release candidate is not the release',
    [...rolling('v3.30.0-rc.1', 'v3.30.0-rc.1'), clusterInformation('v3.30.0')],
    {
      running: 'v3.30.0-rc.1',
      verdict: 'stale',
      says: 'Every pod runs v3.30.0-rc.1; ClusterInformation says v3.30.0, which is known to lag and is not relied on.',
    },
  ],
  [
    'images by digest: the others are asked',
    [
      ...rolling('v3.28.2', 'v3.28.2').map(
        (item) =>
          JSON.parse(
            JSON.stringify(item).replaceAll(
              'docker.io/calico/node:v3.28.2',
              `quay.io/calico/node@sha256:${'0'.repeat(64)}`,
            ),
          ) as KubernetesObject,
      ),
      clusterInformation('v3.28.2'),
    ],
    {
      running: 'v3.28.2',
      verdict: 'agreed',
      says: 'The images of calico-node carry no version; ClusterInformation says v3.28.2.',
    },
  ],
  [
    'tags of one’s own, and sources that differ',
    [...rolling('ours-1', 'ours-1'), ...controllers('v3.28.2'), clusterInformation('v3.29.7')],
    {
      running: null,
      verdict: 'conflict',
      says: 'The images of calico-node carry no version, and the other sources differ: kube-controllers v3.28.2 (1 pod), ClusterInformation says v3.29.7.',
    },
  ],
  [
    'tags of one’s own, and nothing else',
    rolling('ours-1', 'ours-1'),
    {
      running: null,
      verdict: 'unknown',
      says: 'The images of calico-node carry no version, and nothing else names one.',
    },
  ],
  [
    'no pod runs',
    [calicoNode('v3.28.2')],
    {
      running: 'v3.28.2',
      verdict: 'unknown',
      says: 'No pod of calico-node runs; the template of calico-node says v3.28.2.',
    },
  ],
];

describe('versions', () => {
  test.each(cases)('%s', async (_, objects, { running, verdict, says }) => {
    const { versions } = await calicoOf(objects);
    expect({
      running: versions.running && releaseName(versions.running),
      verdict: versions.verdict,
      says: versions.explanation,
    }).toEqual({ running, verdict, says });
  });

  test('only one image of a pod moved is a conflict (failure case 37)', async () => {
    const daemonSet = workload('DaemonSet', 'calico-node', {
      'calico-node': 'docker.io/calico/node:v3.28.2',
      'other-cni': 'docker.io/calico/cni:v3.25.0',
    });
    const { versions } = await calicoOf([daemonSet, ...podsOf(daemonSet, NODES)]);
    expect(versions.verdict).toBe('conflict');
    expect(versions.explanation).toBe(
      'calico-node runs v3.28.2, but its container other-cni (DaemonSet kube-system/calico-node) runs v3.25.0: only part of the images was changed.',
    );
  });

  test('pods that have ended do not count', async () => {
    const daemonSet = calicoNode('v3.28.2');
    const evicted = podsOf(daemonSet, ['node-2'], { 'calico-node': 'docker.io/calico/node:v3.27.0' }).map(
      (pod) => ({
        ...pod,
        status: { phase: 'Failed', reason: 'Evicted' },
      }),
    );
    const { versions } = await calicoOf([daemonSet, ...podsOf(daemonSet, ['node-1']), ...evicted]);
    expect(versions.verdict).toBe('agreed');
  });

  test('every reading says where it was read', async () => {
    const { versions } = await calicoOf(operated('v3.28.2', 'v1.34.5', 'v3.28.2'));
    expect(
      versions.readings.map(({ source, count, at }) => `${source} ${count} ${at.object.kind} ${at.field}`),
    ).toEqual([
      'node-pods 2 Pod spec.containers[name=calico-node].image',
      'node-daemonset 1 DaemonSet spec.template.spec.containers[name=calico-node].image',
      'installation-status 1 Installation status.calicoVersion',
      'operator-image 1 Deployment spec.template.spec.containers[name=tigera-operator].image',
    ]);
  });
});
