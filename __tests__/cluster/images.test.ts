import { describe, expect, test } from '@jest/globals';
import { inspect } from '../../src/cluster/inspect.js';
import { calicoNode, node, object, pod, podsOf } from './build.js';
import { createObjectsClient } from './objects-client.js';
import { calicoOf, stateOf } from './state-of.js';

const secrets = (...names: readonly string[]) => ({
  pod: { imagePullSecrets: names.map((name) => ({ name })) },
});
const secret = (name: string, namespace = 'kube-system') =>
  object('v1', 'Secret', { name, namespace }, { data: { '.dockerconfigjson': 'c2VjcmV0' } });

describe('Secrets that images are pulled with', () => {
  test('are looked up where they are named, once each', async () => {
    const daemonSet = calicoNode('v3.28.2', secrets('there', 'gone', 'there'));
    const { pullSecrets } = await calicoOf([daemonSet, secret('there'), secret('gone', 'default')]);
    expect(pullSecrets.map((one) => [one.secret.namespace, one.secret.name, one.isThere])).toEqual([
      ['kube-system', 'there', true],
      ['kube-system', 'gone', false],
    ]);
    expect(pullSecrets[1]?.namedBy).toMatchObject({
      field: 'spec.template.spec.imagePullSecrets[1].name',
      value: 'gone',
    });
  });

  test('of an account count too', async () => {
    const account = object(
      'v1',
      'ServiceAccount',
      { name: 'calico-node', namespace: 'kube-system' },
      { imagePullSecrets: [{ name: 'registry' }] },
    );
    const { pullSecrets } = await calicoOf([calicoNode('v3.28.2'), account]);
    expect(pullSecrets).toMatchObject([{ secret: { name: 'registry' }, isThere: false }]);
  });

  test('that may not be seen are not known, and nothing is said to be unreadable', async () => {
    const refuse = { refuse: ({ kind }: { readonly kind: string }) => (kind === 'Secret' ? 403 : null) };
    const state = await stateOf([calicoNode('v3.28.2', secrets('there')), secret('there')], refuse);
    expect(state.calico?.pullSecrets).toMatchObject([{ isThere: null }]);
    expect(state.unreadable).toEqual([]);
  });

  test('are not asked for where none is named', async () => {
    const client = createObjectsClient([calicoNode('v3.28.2')]);
    await inspect(client);
    expect(client.asked.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});

describe('images that cannot be pulled', () => {
  const waiting = (container: string, reason: string) => ({
    containerStatuses: [{ name: container, image: 'sha256:1', state: { waiting: { reason } } }],
  });

  test('are counted by image, of whichever pods', async () => {
    const spec = { containers: [{ name: 'app', image: 'quay.io/team/app:v1' }] };
    const { pullFailures } = await stateOf([
      pod('a', { spec, status: waiting('app', 'ImagePullBackOff') }),
      pod('b', { spec, status: waiting('app', 'ErrImagePull') }),
      pod('c', { spec, status: waiting('app', 'CrashLoopBackOff') }),
      pod('d', { spec, status: waiting('app', 'ContainerCreating') }),
    ]);
    expect(pullFailures).toMatchObject([
      {
        image: 'quay.io/team/app:v1',
        pods: 2,
        evidence: {
          object: { kind: 'Pod', namespace: 'default', name: 'a' },
          field: 'status.containerStatuses[name=app].state.waiting.reason',
          value: 'ImagePullBackOff',
        },
      },
    ]);
  });
});

test('of what nodes hold, Calico’s and the operator’s images are kept', async () => {
  const images = [
    { names: ['docker.io/calico/node@sha256:00', 'docker.io/calico/node:v3.28.2'] },
    { names: ['quay.io/tigera/operator:v1.34.5'] },
    { names: ['registry.k8s.io/pause:3.10', 'docker.io/library/nginx:1'] },
  ];
  const daemonSet = calicoNode('v3.28.2');
  const { nodes } = await stateOf([daemonSet, ...podsOf(daemonSet, ['node-1']), node('node-9', { images })]);
  expect(nodes.find(({ name }) => name === 'node-9')?.images).toEqual([
    'docker.io/calico/node@sha256:00',
    'docker.io/calico/node:v3.28.2',
    'quay.io/tigera/operator:v1.34.5',
  ]);
});
