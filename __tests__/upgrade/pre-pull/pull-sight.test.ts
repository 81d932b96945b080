import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { pullPod } from '../../../src/upgrade/pre-pull/pull-pod.js';
import { pullErrors, pullSight } from '../../../src/upgrade/pre-pull/pull-sight.js';
import { CALICO_NODE, CNI, containers, waitingFor } from './kubelets.js';

const OPTIONS = { namespace: 'kube-system', pullSecrets: ['registry'], run: 'run', deadlineMs: 90_500 };
const POD = pullPod({ node: 'a', images: [CALICO_NODE, CNI] }, OPTIONS);

function withStatus(status: object): KubernetesObject {
  return { ...POD, status };
}

/** Both containers say the same. */
function both(reason: string, message = ''): KubernetesObject {
  return withStatus(containers(POD, () => waitingFor(reason, message)));
}

describe('pullSight', () => {
  test.each(['RunContainerError', 'CreateContainerError', 'CreateContainerConfigError', 'CrashLoopBackOff'])(
    '%s comes after the pull',
    (reason) => {
      expect(pullSight(both(reason))).toEqual({ kind: 'pulled' });
    },
  );

  test.each(['running', 'terminated'])('a container that is %s has its image', (state) => {
    const pod = withStatus(containers(POD, () => ({ imageID: 'sha256:01', state: { [state]: {} } })));
    expect(pullSight(pod)).toEqual({ kind: 'pulled' });
  });

  test.each(['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'])(
    '%s is said of the image, though others are there',
    (reason) => {
      const pod = withStatus(
        containers(POD, (image) => waitingFor(...at(image === CNI, reason, 'RunContainerError'))),
      );
      expect(pullSight(pod)).toMatchObject({ kind: 'image', image: CNI, reason, message: 'said' });
    },
  );

  test('the first error is no end: the kubelet tries again', () => {
    const pod = both('ErrImagePull', 'unexpected EOF');
    expect(pullSight(pod)).toEqual({
      kind: 'waiting',
      reason: `${CALICO_NODE}: ErrImagePull (unexpected EOF)`,
    });
    expect(pullErrors(pod)).toEqual(
      new Map([
        [CALICO_NODE, 'unexpected EOF'],
        [CNI, 'unexpected EOF'],
      ]),
    );
  });

  test('a pod that is thrown out or not taken says why', () => {
    const evicted = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource.' };
    expect(pullSight(withStatus(evicted))).toEqual({
      kind: 'pod',
      reason: 'Evicted (The node was low on resource.)',
    });
    expect(pullSight(withStatus({ phase: 'Failed' }))).toMatchObject({ reason: 'no reason is given' });
  });

  test('a pod that failed since nothing started has pulled', () => {
    const ended = containers(POD, () => ({ imageID: 'sha256:01', state: { terminated: { exitCode: 128 } } }));
    expect(pullSight(withStatus({ ...ended, phase: 'Failed' }))).toEqual({ kind: 'pulled' });
  });

  test('a container that the kubelet lost track of proves nothing', () => {
    const lost = containers(POD, () => ({ state: { terminated: { reason: 'ContainerStatusUnknown' } } }));
    expect(pullSight(withStatus({ ...lost, phase: 'Failed', reason: 'Evicted' })).kind).toBe('pod');
  });

  test('a pod without a status waits', () => {
    expect(pullSight(POD)).toMatchObject({ kind: 'waiting' });
  });
});

describe('pullPod', () => {
  test('is pinned, tolerates every taint, has the pull secrets, and ends by itself', () => {
    expect(POD['spec']).toMatchObject({
      nodeName: 'a',
      tolerations: [{ operator: 'Exists' }],
      imagePullSecrets: [{ name: 'registry' }],
      restartPolicy: 'Never',
      activeDeadlineSeconds: 91,
    });
  });

  test('runs nothing, as nobody, without a token', () => {
    expect(JSON.stringify(POD)).not.toMatch(/privileged|hostPath|"args"/);
    expect(POD['spec']).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [CALICO_NODE, CNI].map((image) => ({
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['/this-pod-only-pulls-images'],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      })),
    });
  });

  test('has a name and labels that are valid, however long the names of node and run are', () => {
    const run = 'https://github.com/organisation/repository/actions/runs/12345678901/attempts/2#job-123';
    const pod = pullPod({ node: `${'n'.repeat(60)}.example.com`, images: [CNI] }, { ...OPTIONS, run });
    expect(pod.metadata.name).toMatch(/^[a-z0-9-]{1,63}$/);
    for (const value of Object.values(pod.metadata.labels ?? {})) expect(value).toMatch(/^[a-z0-9-]{1,63}$/);
    expect(Object.values(pod.metadata.annotations ?? {})).toEqual([run]);
  });
});

function at(isIt: boolean, reason: string, otherwise: string): [string, string] {
  return isIt ? [reason, 'said'] : [otherwise, ''];
}
