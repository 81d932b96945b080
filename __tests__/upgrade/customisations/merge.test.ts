import { describe, expect, test } from '@jest/globals';
import { merge } from '../../../src/upgrade/customisations/merge.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { calicoNode, configMap, env, type NodeOptions } from './build-objects.js';

const CONTAINER = 'spec.template.spec.containers[name=calico-node]';

interface Case {
  readonly title: string;
  readonly base?: NodeOptions;
  readonly live: NodeOptions;
  readonly target?: NodeOptions;
  /** Outcome, field, values of upstream, cluster and target. */
  readonly found: readonly (readonly [string, string, unknown, unknown, unknown])[];
  /** What is written; the target where nothing is said. */
  readonly result?: NodeOptions;
}

const AFFINITY = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'type', operator: 'NotIn', values: ['virtual'] }] }],
    },
  },
};

const CASES: readonly Case[] = [
  {
    title: 'a value that only the user changed is kept',
    live: { container: env({ DATASTORE_TYPE: 'kubernetes', IP: 'none' }) },
    target: { container: env({ DATASTORE_TYPE: 'kubernetes', IP: 'autodetect', NEW: '1' }) },
    found: [['kept', `${CONTAINER}.env[name=IP].value`, 'autodetect', 'none', 'autodetect']],
    result: { container: env({ DATASTORE_TYPE: 'kubernetes', IP: 'none', NEW: '1' }) },
  },
  {
    title: 'a variable that the user added is kept behind the one that it followed',
    live: { container: env({ DATASTORE_TYPE: 'kubernetes', MINE: '1', IP: 'autodetect' }) },
    found: [['kept', `${CONTAINER}.env[name=MINE]`, undefined, { name: 'MINE', value: '1' }, undefined]],
    result: { container: env({ DATASTORE_TYPE: 'kubernetes', MINE: '1', IP: 'autodetect' }) },
  },
  {
    title: 'a variable that the user took out stays out',
    live: { container: env({ DATASTORE_TYPE: 'kubernetes' }) },
    found: [
      [
        'kept',
        `${CONTAINER}.env[name=IP]`,
        { name: 'IP', value: 'autodetect' },
        undefined,
        { name: 'IP', value: 'autodetect' },
      ],
    ],
    result: { container: env({ DATASTORE_TYPE: 'kubernetes' }) },
  },
  {
    title: 'a value that both changed conflicts, and is the target’s',
    live: { container: env({ DATASTORE_TYPE: 'kubernetes', IP: 'none' }) },
    target: { container: env({ DATASTORE_TYPE: 'kubernetes', IP: 'first-found' }) },
    found: [['conflicting', `${CONTAINER}.env[name=IP].value`, 'autodetect', 'none', 'first-found']],
  },
  {
    title: 'a value that upstream changed to the same is dropped',
    live: { container: env({ DATASTORE_TYPE: 'kubernetes', IP: 'none' }) },
    target: { container: env({ DATASTORE_TYPE: 'kubernetes', IP: 'none' }) },
    found: [['dropped', `${CONTAINER}.env[name=IP].value`, 'autodetect', 'none', 'none']],
  },
  {
    title: 'a changed variable that the target no longer has is dropped',
    live: { container: env({ DATASTORE_TYPE: 'kubernetes', IP: 'none' }) },
    target: { container: env({ DATASTORE_TYPE: 'kubernetes' }) },
    found: [['dropped', `${CONTAINER}.env[name=IP].value`, 'autodetect', 'none', undefined]],
  },
  {
    title: 'what upstream alone took out or added is nothing of the user’s',
    live: {},
    target: { container: env({ IP: 'autodetect', NEW: '1' }) },
    found: [],
  },
  {
    title: 'a value in place of a reference is one change, never both at once',
    base: {
      container: { env: [{ name: 'MTU', valueFrom: { configMapKeyRef: { name: 'c', key: 'mtu' } } }] },
    },
    live: { container: env({ MTU: '1400' }) },
    target: {
      container: { env: [{ name: 'MTU', valueFrom: { configMapKeyRef: { name: 'd', key: 'mtu' } } }] },
    },
    found: [
      [
        'conflicting',
        `${CONTAINER}.env[name=MTU]`,
        { name: 'MTU', valueFrom: { configMapKeyRef: { name: 'c', key: 'mtu' } } },
        { name: 'MTU', value: '1400' },
        { name: 'MTU', valueFrom: { configMapKeyRef: { name: 'd', key: 'mtu' } } },
      ],
    ],
  },
  {
    title: 'resources are compared as amounts and kept',
    live: {
      container: { resources: { requests: { cpu: '0.25', memory: '64Mi' }, limits: { memory: '1Gi' } } },
    },
    found: [
      ['kept', `${CONTAINER}.resources.requests.memory`, undefined, '64Mi', undefined],
      ['kept', `${CONTAINER}.resources.limits`, undefined, { memory: '1Gi' }, undefined],
    ],
    result: {
      container: { resources: { requests: { cpu: '250m', memory: '64Mi' }, limits: { memory: '1Gi' } } },
    },
  },
  {
    title: 'tolerations are a set: order and an unsaid operator are no change',
    base: { pod: { tolerations: [{ key: 'a', value: 'b' }, { operator: 'Exists' }] } },
    live: {
      pod: {
        tolerations: [
          { operator: 'Exists' },
          { key: 'mine', operator: 'Exists' },
          { key: 'a', operator: 'Equal', value: 'b' },
        ],
      },
    },
    target: { pod: { tolerations: [{ key: 'a', value: 'b' }, { operator: 'Exists' }, { key: 'new' }] } },
    found: [
      [
        'kept',
        'spec.template.spec.tolerations[key=mine,operator=Exists]',
        undefined,
        { key: 'mine', operator: 'Exists' },
        undefined,
      ],
    ],
    result: {
      pod: {
        tolerations: [
          { key: 'a', value: 'b' },
          { operator: 'Exists' },
          { key: 'new' },
          { key: 'mine', operator: 'Exists' },
        ],
      },
    },
  },
  {
    title: 'a change in a container that the target no longer has is dropped, with its name',
    base: { pod: { initContainers: [{ name: 'flexvol-driver', image: 'x:v1' }] } },
    live: {
      pod: { initContainers: [{ name: 'flexvol-driver', image: 'x:v1', tty: true, ...env({ A: '1' }) }] },
    },
    target: {},
    found: [
      ['dropped', 'spec.template.spec.initContainers[name=flexvol-driver].tty', undefined, true, undefined],
      [
        'dropped',
        'spec.template.spec.initContainers[name=flexvol-driver].env[name=A]',
        undefined,
        { name: 'A', value: '1' },
        undefined,
      ],
    ],
  },
  {
    title: 'a change in a renamed init container moves to the new name',
    base: { pod: { initContainers: [{ name: 'mount-bpffs', image: 'x:v1', command: ['a'] }] } },
    live: {
      pod: {
        initContainers: [
          { name: 'mount-bpffs', image: 'x:v1', command: ['a'], resources: { limits: { cpu: '1' } } },
        ],
      },
    },
    target: { pod: { initContainers: [{ name: 'ebpf-bootstrap', image: 'x:v2', command: ['b'] }] } },
    found: [
      [
        'kept',
        'spec.template.spec.initContainers[name=mount-bpffs].resources',
        undefined,
        { limits: { cpu: '1' } },
        undefined,
      ],
    ],
    result: {
      pod: {
        initContainers: [
          { name: 'ebpf-bootstrap', image: 'x:v2', command: ['b'], resources: { limits: { cpu: '1' } } },
        ],
      },
    },
  },
  {
    title: 'a container that the user took out stays out, whatever its tag',
    base: { pod: { initContainers: [{ name: 'upgrade-ipam', image: 'docker.io/calico/cni:v3.28.2' }] } },
    live: {},
    target: { pod: { initContainers: [{ name: 'upgrade-ipam', image: 'quay.io/calico/cni:v3.31.7' }] } },
    found: [
      [
        'kept',
        'spec.template.spec.initContainers[name=upgrade-ipam]',
        { name: 'upgrade-ipam', image: 'docker.io/calico/cni:v3.28.2' },
        undefined,
        { name: 'upgrade-ipam', image: 'quay.io/calico/cni:v3.31.7' },
      ],
    ],
    result: { pod: { initContainers: [] } },
  },
  {
    title: 'a container of the user’s own stays where it is in the order',
    base: {
      pod: {
        initContainers: [
          { name: 'a', image: 'x:v1' },
          { name: 'b', image: 'x:v1' },
        ],
      },
    },
    live: {
      pod: {
        initContainers: [
          { name: 'a', image: 'x:v1' },
          { name: 'mine', image: 'm:1' },
          { name: 'b', image: 'x:v1' },
        ],
      },
    },
    target: {
      pod: {
        initContainers: [
          { name: 'a', image: 'x:v2' },
          { name: 'b', image: 'x:v2' },
        ],
      },
    },
    found: [
      [
        'kept',
        'spec.template.spec.initContainers[name=mine]',
        undefined,
        { name: 'mine', image: 'm:1' },
        undefined,
      ],
    ],
    result: {
      pod: {
        initContainers: [
          { name: 'a', image: 'x:v2' },
          { name: 'mine', image: 'm:1' },
          { name: 'b', image: 'x:v2' },
        ],
      },
    },
  },
  {
    title: 'another volume source takes the place of upstream’s as a whole',
    base: { pod: { volumes: [{ name: 'v', hostPath: { path: '/a' } }] } },
    live: { pod: { volumes: [{ name: 'v', emptyDir: {} }] } },
    found: [
      [
        'kept',
        'spec.template.spec.volumes[name=v]',
        { name: 'v', hostPath: { path: '/a' } },
        { name: 'v', emptyDir: {} },
        { name: 'v', hostPath: { path: '/a' } },
      ],
    ],
    result: { pod: { volumes: [{ name: 'v', emptyDir: {} }] } },
  },
  {
    title: 'a changed command is a change as a whole, and conflicts where upstream changed it',
    base: {
      container: {
        readinessProbe: { exec: { command: ['-felix-ready', '-bird-ready'] }, periodSeconds: 10 },
      },
    },
    live: { container: { readinessProbe: { exec: { command: ['-felix-ready'] } } } },
    target: { container: { readinessProbe: { exec: { command: ['-felix-ready', '-bird-ready', '-new'] } } } },
    found: [
      [
        'conflicting',
        `${CONTAINER}.readinessProbe.exec.command`,
        ['-felix-ready', '-bird-ready'],
        ['-felix-ready'],
        ['-felix-ready', '-bird-ready', '-new'],
      ],
    ],
  },
  {
    title: 'a limit on how many nodes change at once is one field; another strategy is the whole of it',
    base: { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } } },
    live: {
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 3, maxSurge: 0 } } },
    },
    found: [['kept', 'spec.updateStrategy.rollingUpdate.maxUnavailable', 1, 3, 1]],
    result: { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 3 } } } },
  },
  {
    title: 'OnDelete in place of RollingUpdate takes the limits with it',
    base: { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } } },
    live: { spec: { updateStrategy: { type: 'OnDelete' } } },
    found: [
      [
        'kept',
        'spec.updateStrategy',
        { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
        { type: 'OnDelete' },
        { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      ],
    ],
    result: { spec: { updateStrategy: { type: 'OnDelete' } } },
  },
  {
    title: 'labels and annotations of tools and users are kept, with names that hold dots',
    live: { metadata: { labels: { 'app.kubernetes.io/managed-by': 'flux' } } },
    found: [['kept', 'metadata.labels', undefined, { 'app.kubernetes.io/managed-by': 'flux' }, undefined]],
    result: { metadata: { labels: { 'app.kubernetes.io/managed-by': 'flux' } } },
  },
  {
    title: 'an affinity is added as it is',
    live: { pod: { affinity: AFFINITY } },
    found: [['kept', 'spec.template.spec.affinity', undefined, AFFINITY, undefined]],
    result: { pod: { affinity: AFFINITY } },
  },
];

describe('what becomes of a change to calico-node', () => {
  test.each(CASES)('$title', ({ base = {}, live, target = base, found, result = target }) => {
    const merged = merge([calicoNode(base)], [calicoNode(live)], [calicoNode(target)]);
    expect(
      merged.customisations.map(({ outcome, field, upstream, live: now, target: then }) => [
        outcome,
        field,
        upstream,
        now,
        then,
      ]),
    ).toEqual(found);
    expect(merged.objects).toEqual([calicoNode(result)]);
  });

  test('says why it is dropped or conflicts, and nothing where it is kept', () => {
    const changed = (value: string): KubernetesObject => calicoNode({ container: env({ IP: value }) });
    const reasonOf = (target: KubernetesObject): unknown =>
      merge([changed('a')], [changed('b')], [target]).customisations.map(({ reason }) => reason);
    expect(reasonOf(changed('a'))).toEqual([null]);
    expect(reasonOf(changed('b'))).toEqual(['The target says the same by itself.']);
    expect(reasonOf(changed('c'))).toEqual(['Upstream changed it too, to something else.']);
    expect(reasonOf(calicoNode({ container: env({}) }))).toEqual([
      `The target no longer has ${CONTAINER}.env[name=IP].`,
    ]);
  });
});

describe('what the API server puts in', () => {
  const file = calicoNode({
    container: {
      ports: [{ containerPort: 9091 }],
      env: [
        { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'EMPTY', value: '' },
      ],
      resources: { requests: { cpu: 0.25 } },
      livenessProbe: { exec: { command: ['x'] } },
      volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: false }],
      securityContext: { privileged: true },
    },
    pod: { serviceAccountName: 'calico-node', volumes: [{ name: 'v', hostPath: { path: '/v' } }] },
  });
  const stored = calicoNode({
    metadata: {
      uid: '1',
      resourceVersion: '7',
      generation: 3,
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [],
      annotations: {
        'deprecated.daemonset.template.generation': '3',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
      },
    },
    spec: {
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    },
    container: {
      imagePullPolicy: 'IfNotPresent',
      ports: [{ containerPort: 9091, hostPort: 9091, protocol: 'TCP' }],
      env: [
        { name: 'NODENAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
        { name: 'EMPTY' },
      ],
      resources: { requests: { cpu: '250m' } },
      livenessProbe: {
        exec: { command: ['x'] },
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      },
      volumeMounts: [{ name: 'v', mountPath: '/v' }],
      securityContext: { privileged: true },
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    },
    pod: {
      serviceAccountName: 'calico-node',
      serviceAccount: 'calico-node',
      securityContext: {},
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      terminationGracePeriodSeconds: 30,
      volumes: [{ name: 'v', hostPath: { path: '/v', type: '' } }],
    },
  });

  test('is no change of the user’s', () => {
    const merged = merge([file], [stored], [file]);
    expect(merged).toEqual({ customisations: [], objects: [file], obsolete: [], upstreamChanges: 0 });
  });

  test('is a change where the value is another than what the API server would have put in', () => {
    const edited = structuredClone(stored) as unknown as { spec: Record<string, unknown> };
    edited.spec['revisionHistoryLimit'] = 3;
    const { customisations } = merge([file], [edited as unknown as KubernetesObject], [file]);
    expect(customisations.map(({ field, live }) => [field, live])).toEqual([
      ['spec.revisionHistoryLimit', 3],
    ]);
  });
});

describe('objects', () => {
  const roleOf = (kind: string): KubernetesObject => ({
    apiVersion: 'policy/v1',
    kind,
    metadata: { name: 'calico-typha', namespace: 'kube-system' },
    spec: { maxUnavailable: 1 },
  });
  const budget = roleOf('PodDisruptionBudget');

  test('that upstream does not name are left alone', () => {
    const other = configMap({ a: 'b' });
    expect(merge([], [other], []).objects).toEqual([]);
  });

  test('that the target brings are taken as they are, and are one change of upstream’s', () => {
    expect(merge([], [], [budget])).toMatchObject({
      objects: [budget],
      customisations: [],
      upstreamChanges: 1,
    });
  });

  test('that the target no longer has are obsolete, and changes in them are dropped', () => {
    const changed = { ...budget, spec: { maxUnavailable: 2 } };
    const merged = merge([budget], [changed], []);
    expect(merged.obsolete).toEqual([
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        namespace: 'kube-system',
        name: 'calico-typha',
      },
    ]);
    expect(merged.customisations).toMatchObject([
      {
        field: 'spec.maxUnavailable',
        outcome: 'dropped',
        reason: 'The target no longer has the PodDisruptionBudget calico-typha.',
      },
    ]);
  });

  test('are the same ones where only the version of their API moved', () => {
    const old = { ...budget, apiVersion: 'policy/v1beta1' };
    expect(merge([old], [budget], [budget])).toMatchObject({ customisations: [], objects: [budget] });
  });

  test('that are missing are a conflict; a disruption budget that was taken out stays out', () => {
    expect(merge([budget], [], [budget])).toMatchObject({
      customisations: [{ field: '', outcome: 'kept', live: undefined }],
      objects: [],
    });
    const account = roleOf('ServiceAccount');
    expect(merge([account], [], [account])).toMatchObject({
      customisations: [{ field: '', outcome: 'conflicting' }],
      objects: [account],
    });
  });

  test('of kind Secret: nothing is shown, and none is written where it was not read', () => {
    const secret = (data: Readonly<Record<string, string>>): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'calico-etcd-secrets', namespace: 'kube-system' },
      data,
    });
    expect(merge([secret({})], [], [secret({})]).objects).toEqual([]);
    const empty = { ...secret({}), data: null };
    const added = merge([empty], [secret({ a: 'c2VjcmV0' })], [empty]);
    expect(added).toMatchObject({
      customisations: [{ field: 'data', live: '(hidden)' }],
      objects: [secret({ a: 'c2VjcmV0' })],
    });
    const merged = merge([secret({ a: 'YQ==' })], [secret({ a: 'c2VjcmV0' })], [secret({ a: 'YQ==' })]);
    expect(JSON.stringify(merged.customisations)).not.toContain('c2VjcmV0');
    expect(merged).toMatchObject({
      customisations: [{ live: '(hidden)' }],
      objects: [secret({ a: 'c2VjcmV0' })],
    });
  });

  test('that were there before the release that brings them are compared with the target’s', () => {
    const merged = merge([], [configMap({ a: '1', mine: '2' })], [configMap({ a: '1' })]);
    expect(merged).toMatchObject({
      customisations: [{ outcome: 'kept', field: 'data.mine' }],
      objects: [configMap({ a: '1', mine: '2' })],
    });
    expect(merge([], [configMap({ a: '1' })], [configMap({ a: '1' })]).customisations).toEqual([]);
  });

  test('of definitions are the target’s, untouched', () => {
    const definition = (version: string): KubernetesObject => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'ippools.crd.projectcalico.org' },
      spec: { version },
    });
    expect(merge([definition('1')], [definition('2')], [definition('3')])).toEqual({
      customisations: [],
      objects: [definition('3')],
      obsolete: [],
      upstreamChanges: 0,
    });
  });
});
