import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import {
  customise,
  customiseInstallation,
  type Customisations,
  inRegistry,
} from '../../../test-cluster/ready-made/customisations.js';

const config: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'calico-config', namespace: 'kube-system' },
  data: { veth_mtu: '0', calico_backend: 'bird' },
};

function workload(kind: string, name: string, container: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'kube-system' },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: container,
              image: 'docker.io/calico/node:v3.28.2',
              env: [{ name: 'IP', value: 'autodetect' }],
              readinessProbe: { exec: { command: ['/bin/calico-node', '-felix-ready', '-bird-ready'] } },
            },
          ],
        },
      },
    },
  };
}

const node = workload('DaemonSet', 'calico-node', 'calico-node');
const typha = workload('Deployment', 'calico-typha', 'calico-typha');

const podOf = (object: KubernetesObject | undefined): Record<string, unknown> =>
  (object as unknown as { spec: { template: { spec: Record<string, unknown> } } }).spec.template.spec;
const containerOf = (object: KubernetesObject | undefined): Record<string, unknown> =>
  (podOf(object)['containers'] as Record<string, unknown>[])[0] ?? {};

describe('customise', () => {
  const one = (object: KubernetesObject, changes: Customisations): KubernetesObject | undefined =>
    customise([object], changes)[0];

  it('changes nothing, and gives copies, where nothing is asked for', () => {
    const [copy] = customise([node], {});
    expect(copy).toEqual(node);
    expect(copy).not.toBe(node);
  });

  it('sets the MTU and the backend in the ConfigMap', () => {
    expect(one(config, { mtu: 1400, backend: 'vxlan' })).toMatchObject({
      data: { veth_mtu: '1400', calico_backend: 'vxlan' },
    });
  });

  it('adds and sets environment variables of calico-node, in their place', () => {
    const changes = { poolCidr: '10.9.0.0/16', ipAutodetection: 'interface=eth1', nodeEnv: { IP: 'none' } };
    expect(containerOf(one(node, changes))['env']).toEqual([
      { name: 'IP', value: 'none' },
      { name: 'IP_AUTODETECTION_METHOD', value: 'interface=eth1' },
      { name: 'CALICO_IPV4POOL_CIDR', value: '10.9.0.0/16' },
    ]);
  });

  it('takes BIRD out of the probes of a VXLAN install', () => {
    expect(containerOf(one(node, { backend: 'vxlan' }))['readinessProbe']).toEqual({
      exec: { command: ['/bin/calico-node', '-felix-ready'] },
    });
  });

  it('adds a volume, a node selector and resources to calico-node alone', () => {
    const changes: Customisations = {
      extraVolume: { name: 'more', hostPath: '/srv', mountPath: '/srv' },
      nodeSelector: { pool: 'a' },
      resources: { limits: { memory: '1Gi' } },
    };
    const [changed, other] = customise([node, typha], changes);
    expect(podOf(changed)).toMatchObject({
      nodeSelector: { pool: 'a' },
      volumes: [{ name: 'more', hostPath: { path: '/srv' } }],
    });
    expect(containerOf(changed)).toMatchObject({
      resources: { limits: { memory: '1Gi' } },
      volumeMounts: [{ name: 'more', mountPath: '/srv' }],
    });
    expect(other).toEqual(typha);
  });

  it('adds tolerations to what is not on every node, and counts typhas', () => {
    const toleration = { key: 'infra', operator: 'Exists' };
    const [changed, other] = customise([typha, node], { tolerations: [toleration], typhaReplicas: 5 });
    expect(changed).toMatchObject({
      spec: { replicas: 5, template: { spec: { tolerations: [toleration] } } },
    });
    expect(other).toEqual(node);
  });

  it.each([
    ['docker.io/calico/node:v3.28.2', 'registry.example.com/calico/node:v3.28.2'],
    ['quay.io/calico/node@sha256:0', 'registry.example.com/calico/node@sha256:0'],
    ['calico/node:v3.28.2', 'registry.example.com/calico/node:v3.28.2'],
  ])('moves %s to a registry of one’s own', (image, moved) => {
    expect(inRegistry(image, 'registry.example.com')).toBe(moved);
  });
});

describe('customiseInstallation', () => {
  const installation: KubernetesObject = {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'Installation',
    metadata: { name: 'default' },
    spec: { calicoNetwork: { ipPools: [{ cidr: '192.168.0.0/16' }] } },
  };

  it('says the same to the operator', () => {
    const changes = {
      mtu: 1400,
      ipAutodetection: 'cidr=10.0.0.0/8,10.1.0.0/16',
      poolCidr: '10.9.0.0/16',
      registry: 'registry.example.com',
      resources: { limits: { memory: '1Gi' } },
    };
    expect(customiseInstallation(installation, changes)).toMatchObject({
      spec: {
        registry: 'registry.example.com/',
        calicoNetwork: {
          mtu: 1400,
          nodeAddressAutodetectionV4: { cidrs: ['10.0.0.0/8', '10.1.0.0/16'] },
          ipPools: [{ cidr: '10.9.0.0/16' }],
        },
        calicoNodeDaemonSet: {
          spec: {
            template: { spec: { containers: [{ name: 'calico-node', resources: changes.resources }] } },
          },
        },
      },
    });
  });
});
