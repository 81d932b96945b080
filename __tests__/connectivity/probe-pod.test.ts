import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PROBE_IMAGE } from '../../src/connectivity/probe-image.js';
import { probePod, type ProbePodOptions } from '../../src/connectivity/probe-pod.js';

const OPTIONS: ProbePodOptions = {
  name: 'source-1',
  namespace: 'calico-network-test',
  node: 'worker-1',
  role: 'source',
  image: DEFAULT_PROBE_IMAGE,
  args: ['netexec'],
  run: 'https://ci.example/runs/1',
  deadlineMs: 3_600_000,
};

describe('a probe pod', () => {
  it('is pinned to its node, tolerates every taint, and ends by itself', () => {
    expect(probePod(OPTIONS)['spec']).toMatchObject({
      nodeName: 'worker-1',
      tolerations: [{ operator: 'Exists' }],
      activeDeadlineSeconds: 3600,
      terminationGracePeriodSeconds: 1,
    });
  });

  it('has no rights: no token, no user of any, nothing to write to', () => {
    const { spec } = probePod(OPTIONS) as unknown as { spec: Record<string, unknown> };
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { requests: { cpu: '10m', memory: '32Mi' } },
        },
      ],
    });
    expect(spec).not.toHaveProperty('hostNetwork');
    expect(spec).not.toHaveProperty('volumes');
    expect(JSON.stringify(spec)).not.toContain('hostPort');
  });

  it('has a port of its node where that is asked for, and is as humble otherwise', () => {
    const { spec } = probePod({ ...OPTIONS, portOfNode: { own: 8080, ofNode: 28_182 } }) as unknown as {
      spec: { containers: readonly object[] };
    };
    expect(spec.containers).toMatchObject([
      {
        ports: [{ containerPort: 8080, hostPort: 28_182, protocol: 'TCP' }],
        securityContext: { capabilities: { drop: ['ALL'] } },
      },
    ]);
    expect(spec).not.toHaveProperty('hostNetwork');
  });

  it('says whose it is and what for; its own labels cannot say otherwise', () => {
    const { labels, annotations } = probePod({
      ...OPTIONS,
      labels: { 'calico-upgrade-action/role': 'other', extra: 'yes' },
    }).metadata;
    expect(labels).toMatchObject({
      'app.kubernetes.io/managed-by': 'calico-upgrade-action',
      'calico-upgrade-action/role': 'source',
      extra: 'yes',
    });
    expect(labels?.['calico-upgrade-action/run']).toMatch(/^[0-9a-f]{16}$/);
    expect(annotations).toEqual({ 'calico-upgrade-action/run': 'https://ci.example/runs/1' });
  });

  it('is of an image that is pinned by its digest', () => {
    expect(DEFAULT_PROBE_IMAGE).toMatch(/:\d+\.\d+@sha256:[0-9a-f]{64}$/);
  });
});
