import { describe, expect, it } from '@jest/globals';
import {
  applyOverrides,
  autodetectionMethod,
  installationProblem,
  withDefaults,
} from '../../../test-cluster/operator/installation.js';
import { operatorRelease } from '../../../test-cluster/operator/releases.js';

const [older, newer] = [operatorRelease('v1.36.16'), operatorRelease('v1.42.3')];
if (!older || !newer) throw new Error('the catalog has both');

describe('withDefaults', () => {
  it('fills in what nobody set, and leaves what somebody did', () => {
    expect(
      withDefaults({ calicoNetwork: { bgp: 'Disabled' }, registry: 'r.example.com' }, true),
    ).toMatchObject({
      variant: 'Calico',
      registry: 'r.example.com/',
      cni: { type: 'Calico', ipam: { type: 'Calico' } },
      calicoNetwork: {
        bgp: 'Disabled',
        linuxDataplane: 'Iptables',
        nodeAddressAutodetectionV4: { firstFound: true },
      },
      nodeUpdateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      controlPlaneReplicas: 2,
    });
  });

  it('changes nothing that it filled in before', () => {
    const once = withDefaults({}, true);
    expect(withDefaults(once, true)).toEqual(once);
  });

  it('looks for no IPv4 address where there is no pool of it', () => {
    expect(withDefaults({}, false)).not.toHaveProperty('calicoNetwork.nodeAddressAutodetectionV4');
  });
});

describe('installationProblem', () => {
  it('refuses OnDelete', () => {
    const spec = withDefaults({ nodeUpdateStrategy: { type: 'OnDelete' } }, true);
    expect(installationProblem(spec, older)).toMatch(
      /^Installation spec\.NodeUpdateStrategy\.type '.*' is not supported$/,
    );
  });

  it('refuses a calico-node without privileges from some patch on', () => {
    const spec = withDefaults({ nonPrivileged: 'Enabled' }, true);
    expect([installationProblem(spec, older), installationProblem(spec, newer)]).toEqual([
      null,
      expect.stringContaining('non-privileged Calico is deprecated'),
    ]);
  });
});

describe('autodetectionMethod', () => {
  it.each([
    [{ firstFound: true }, 'first-found'],
    [{ interface: 'eth.*' }, 'interface=eth.*'],
    [{ skipInterface: 'br-' }, 'skip-interface=br-'],
    [{ canReach: '8.8.8.8' }, 'can-reach=8.8.8.8'],
    [{ cidrs: ['10.0.0.0/8', '172.16.0.0/12'] }, 'cidr=10.0.0.0/8,172.16.0.0/12'],
    [{ kubernetes: 'NodeInternalIP' }, 'kubernetes-internal-ip'],
  ])('reads %j', (nodeAddressAutodetectionV4, method) => {
    expect(autodetectionMethod({ calicoNetwork: { nodeAddressAutodetectionV4 } })).toBe(method);
  });
});

describe('applyOverrides', () => {
  it('sets minReadySeconds apart from the template of the pods', () => {
    const template = { spec: { containers: [{ name: 'calico-node' }] } };
    const workload: Record<string, unknown> = { spec: { template: structuredClone(template) } };
    applyOverrides(workload, { spec: { minReadySeconds: 20 } });
    expect(workload).toEqual({ spec: { minReadySeconds: 20, template } });
  });

  it('sets the resources of the container that they are of', () => {
    const workload: Record<string, unknown> = {
      spec: { template: { spec: { containers: [{ name: 'calico-node' }, { name: 'other' }] } } },
    };
    const resources = { limits: { cpu: '1' } };
    applyOverrides(workload, {
      spec: { template: { spec: { containers: [{ name: 'calico-node', resources }] } } },
    });
    expect(workload).toEqual({
      spec: { template: { spec: { containers: [{ name: 'calico-node', resources }, { name: 'other' }] } } },
    });
  });
});
