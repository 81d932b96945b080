/**
 * A pod of calico-node as upstream's manifest has it, in short: the init container that installs the CNI plugin, the
 * probes (asked each second), the host's network.
 */
export function calicoNodePod(version: string, nodeName: string): object {
  const probe = (...questions: readonly string[]): object => ({
    exec: { command: ['/bin/calico-node', ...questions] },
    periodSeconds: 1,
  });
  const nodeNameFrom = { valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } };
  return {
    nodeName,
    hostNetwork: true,
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    initContainers: [
      {
        name: 'install-cni',
        image: `docker.io/calico/cni:${version}`,
        command: ['/opt/cni/bin/install'],
        env: [
          { name: 'CNI_CONF_NAME', value: '10-calico.conflist' },
          { name: 'KUBERNETES_NODE_NAME', ...nodeNameFrom },
        ],
        volumeMounts: [
          { name: 'bin', mountPath: '/host/opt/cni/bin' },
          { name: 'net', mountPath: '/host/etc/cni/net.d' },
        ],
      },
    ],
    containers: [
      {
        name: 'main',
        image: `docker.io/calico/node:${version}`,
        env: [{ name: 'NODENAME', ...nodeNameFrom }],
        securityContext: { privileged: true },
        livenessProbe: probe('-felix-live', '-bird-live'),
        readinessProbe: probe('-felix-ready', '-bird-ready'),
      },
    ],
    volumes: [
      { name: 'bin', hostPath: { path: '/opt/cni/bin' } },
      { name: 'net', hostPath: { path: '/etc/cni/net.d' } },
    ],
  };
}
