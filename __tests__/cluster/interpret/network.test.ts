import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { calicoNode, node, object, pod, workload } from '../build.js';
import { stateOf } from '../state-of.js';

const proxy = (command: readonly string[], parts: Parameters<typeof workload>[3] = {}): KubernetesObject =>
  workload(
    'DaemonSet',
    'kube-proxy',
    {},
    {
      ...parts,
      pod: {
        containers: [{ name: 'kube-proxy', image: 'registry.k8s.io/kube-proxy:v1.31.4', command }],
        ...parts.pod,
      },
    },
  );
const config = (mode: string, name = 'kube-proxy', key = 'config.conf'): KubernetesObject =>
  object(
    'v1',
    'ConfigMap',
    { name, namespace: 'kube-system' },
    {
      data: {
        [key]: `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nipvs:\n  mode: x\nmode: ${mode}\n`,
      },
    },
  );
const withConfig = proxy(['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf']);
const staticPod = (command: readonly string[], name = 'kube-proxy-node-1'): KubernetesObject =>
  pod(name, {
    namespace: 'kube-system',
    spec: { containers: [{ name: 'kube-proxy', image: 'x', command }] },
  });

describe('kube-proxy', () => {
  test.each([
    ['kubeadm: IPVS in its ConfigMap', [withConfig, config('ipvs')], 'ipvs'],
    ['kubeadm: nothing said is iptables', [withConfig, config('""')], 'iptables'],
    ['kubeadm: nftables', [withConfig, config('nftables')], 'nftables'],
    [
      'EKS: its own name and key',
      [withConfig, config('"iptables"', 'kube-proxy-config', 'config')],
      'iptables',
    ],
    ['a flag, without a file', [proxy(['kube-proxy', '--proxy-mode=ipvs'])], 'ipvs'],
    [
      'a flag and a file: the file counts',
      [proxy(['kube-proxy', '--proxy-mode=ipvs', '--config=/c']), config('nftables')],
      'nftables',
    ],
    ['a file that nobody can read', [withConfig], 'unknown'],
    ['no flag, no file', [proxy(['kube-proxy'])], 'iptables'],
    ['a static pod (RKE2)', [staticPod(['kube-proxy', '--proxy-mode=nftables'])], 'nftables'],
    [
      'a static pod in a shell (kOps)',
      [staticPod(['/bin/sh', '-c', 'exec /usr/local/bin/kube-proxy --proxy-mode=ipvs --v=2'])],
      'ipvs',
    ],
    ['a mode of Windows', [withConfig, config('kernelspace')], 'unknown'],
    ['none at all', [], 'none'],
    [
      'kept off all nodes, as Calico’s guide to eBPF does',
      [proxy(['kube-proxy'], { count: 0, pod: { nodeSelector: { 'non-calico': 'true' } } })],
      'none',
    ],
    ['embedded in k3s', [node('k3s-1', { info: { kubeletVersion: 'v1.31.4+k3s1' } })], 'unknown'],
    [
      'embedded in MicroK8s',
      [node('m-1', { metadata: { labels: { 'microk8s.io/cluster': 'true' } } })],
      'unknown',
    ],
  ] as const)('%s: %#', async (_, objects, mode) => {
    const { network } = await stateOf([calicoNode('v3.28.2'), ...objects]);
    expect(network.kubeProxy.mode).toBe(mode);
  });

  test('where pods may not be read, nobody knows that there is none', async () => {
    const { network } = await stateOf([], { refuse: ({ kind }) => (kind === 'Pod' ? 403 : null) });
    expect(network.kubeProxy.mode).toBe('unknown');
  });
});

describe('other CNIs', () => {
  test.each([
    ['flannel', 'docker.io/flannel/flannel:v0.26.0'],
    ['flannel', 'docker.io/rancher/mirrored-flannelcni-flannel:v0.20.2'],
    ['flannel', 'registry.example.com/coreos/flannel:v0.13.0-amd64'],
    ['cilium', 'quay.io/cilium/cilium:v1.17.0@sha256:0000'],
    ['weave', 'docker.io/weaveworks/weave-kube:2.8.1'],
    ['aws-vpc-cni', '602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.19.0'],
    ['azure-cni', 'mcr.microsoft.com/containernetworking/azure-cns:v1.6.13'],
    ['multus', 'ghcr.io/k8snetworkplumbingwg/multus-cni:v4.1.0-thick'],
    ['multus', 'rancher/hardened-multus-cni:v4.1.3-build20241028'],
    ['antrea', 'antrea/antrea-agent-ubuntu:v2.2.0'],
    ['kube-router', 'docker.io/cloudnativelabs/kube-router:v2.2.1'],
    ['kube-ovn', 'docker.io/kubeovn/kube-ovn:v1.12.28'],
    ['kindnet', 'docker.io/kindest/kindnetd:v20241212-9f82dd49'],
  ])('%s by %s', async (name, image) => {
    const { network } = await stateOf([workload('DaemonSet', 'net', { agent: image })]);
    expect(network.otherCnis.map((cni) => cni.name)).toEqual([name]);
    expect(network.otherCnis[0]?.evidence).toEqual({
      object: { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'net' },
      field: 'spec.template.spec.containers[name=agent].image',
      value: image,
    });
  });

  test.each([
    'docker.io/calico/node:v3.28.2',
    'quay.io/cilium/cilium-envoy:v1.31',
    'docker.io/library/flannelette:1',
    'amazon/aws-node-termination-handler:v1',
  ])('%s is none', async (image) => {
    const { network } = await stateOf([workload('DaemonSet', 'other', { agent: image })]);
    expect(network.otherCnis).toEqual([]);
  });

  test('flannel within k3s leaves its mark on the nodes; canal’s own flannel is not another CNI', async () => {
    const marked = node('n', {
      metadata: { annotations: { 'flannel.alpha.coreos.com/backend-type': 'vxlan' } },
    });
    const canal = workload('DaemonSet', 'canal', {
      'calico-node': 'docker.io/calico/node:v3.28.2',
      'kube-flannel': 'docker.io/flannel/flannel:v0.24.3',
    });
    expect(
      (await stateOf([marked, calicoNode('v3.28.2')])).network.otherCnis.map(({ name }) => name),
    ).toEqual(['flannel']);
    expect((await stateOf([marked, canal])).network.otherCnis).toEqual([]);
  });
});
