import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { Write } from '../../../src/upgrade/engine/step.js';
import { objectAsLeft } from '../../../src/upgrade/resume/as-user-left-it.js';

const INSTALLATION = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  namespace: null,
  name: 'default',
};
const WIDTH = ['spec', 'nodeUpdateStrategy', 'rollingUpdate', 'maxUnavailable'];

function knob(before: unknown, after: unknown): Write {
  return { kind: 'field', object: INSTALLATION, field: WIDTH, before, after };
}

function installation(maxUnavailable?: unknown): KubernetesObject {
  const spec =
    maxUnavailable === undefined ? {} : { nodeUpdateStrategy: { rollingUpdate: { maxUnavailable } } };
  return {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: { name: 'default' },
    spec: { variant: 'Calico', ...spec },
  };
}

function daemonSet(type: string, image = 'calico/node:v3.31.7'): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system' },
    spec: { updateStrategy: { type }, template: { spec: { containers: [{ image }] } } },
  };
}

function written(before: KubernetesObject | null, after: KubernetesObject): Write {
  const object = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' };
  return { kind: 'object', object, before, after };
}

describe('a knob that a dead run turned', () => {
  test.each([
    ['it was turned once', installation(1), [knob(5, 1)], installation(5)],
    ['it was turned twice', installation(10), [knob(5, 1), knob(1, 10)], installation(5)],
    ['nothing stood there before', installation(1), [knob(undefined, 1)], installation()],
    ['the write was announced and never made', installation(5), [knob(5, 1)], installation(5)],
    ['it was given back', installation(5), [knob(5, 1), knob(1, 5)], installation(5)],
    ['somebody else turned it since', installation('25%'), [knob(5, 1)], installation('25%')],
    ['the journal is of another object', installation(1), [], installation(1)],
  ] as const)('counts as it was before: %s', (_, live, writes, wanted) => {
    expect(objectAsLeft(live, writes)).toEqual(wanted);
  });
});

describe('a DaemonSet that waits for its pods to be deleted', () => {
  test('has the strategy that it had before', () => {
    const [older, held] = [daemonSet('RollingUpdate', 'calico/node:v3.30.7'), daemonSet('OnDelete')];
    expect(objectAsLeft(held, [written(older, held)])).toEqual(daemonSet('RollingUpdate'));
  });

  test('has the strategy of the release before, where the run died in its second hop', () => {
    const [first, second] = [daemonSet('OnDelete'), daemonSet('RollingUpdate')];
    const writes = [
      written(daemonSet('RollingUpdate'), first),
      written(first, second),
      written(second, first),
    ];
    expect(objectAsLeft(first, writes)).toEqual(second);
  });

  test('keeps it where that is the user’s own', () => {
    const own = daemonSet('OnDelete');
    expect(objectAsLeft(own, [written(own, own)])).toEqual(own);
    expect(objectAsLeft(own, [])).toEqual(own);
  });
});
