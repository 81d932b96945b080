import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { asObject, copyOf, type Fields, listAt, numberAt, textAt } from '../../ready-made/fields.js';
import { imageOf } from '../images.js';
import { applyOverrides, autodetectionMethod, isBgpEnabled } from '../installation.js';
import {
  CALICO_NAMESPACE,
  environment,
  hostDirectory,
  podSpec,
  type RenderSource,
  serviceAccount,
  TOLERATE_ALL,
  workload,
} from './render-source.js';

/** calico-node and what it needs (tigera/operator v1.36.16 `pkg/render/node.go`). */
export function renderNode(source: RenderSource): KubernetesObject[] {
  return [
    serviceAccount('calico-node', CALICO_NAMESPACE),
    serviceAccount('calico-cni-plugin', CALICO_NAMESPACE),
    cniConfig(source.spec),
    nodeDaemonSet(source),
  ];
}

function cniConfig(spec: Fields): KubernetesObject {
  const mtu = numberAt(spec, 'calicoNetwork', 'mtu');
  const plugins = [
    {
      type: 'calico',
      datastore_type: 'kubernetes',
      mtu,
      ipam: { type: 'calico-ipam' },
      policy: { type: 'k8s' },
    },
    { type: 'bandwidth', capabilities: { bandwidth: true } },
    { type: 'portmap', snat: true, capabilities: { portMappings: true } },
  ];
  const config = JSON.stringify({ name: 'k8s-pod-network', cniVersion: '0.3.1', plugins });
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cni-config', namespace: CALICO_NAMESPACE },
    data: { config },
  };
}

function nodeDaemonSet(source: RenderSource): KubernetesObject {
  const { spec, release } = source;
  const daemonSet = copyOf(
    workload('DaemonSet', 'calico-node', CALICO_NAMESPACE, {
      spec: { updateStrategy: spec['nodeUpdateStrategy'] },
      pod: podSpec(spec, 'calico-node', {
        containers: [nodeContainer(source)],
        hostNetwork: true,
        initContainers: [flexVolumeContainer(source), cniContainer(source)],
        priorityClassName: 'system-node-critical',
        terminationGracePeriodSeconds: 5,
        tolerations: TOLERATE_ALL,
        volumes: [
          { name: 'lib-modules', hostPath: { path: '/lib/modules' } },
          { name: 'xtables-lock', hostPath: { path: '/run/xtables.lock', type: 'FileOrCreate' } },
          hostDirectory('policysync', '/var/run/nodeagent'),
          hostDirectory('var-run-calico', '/var/run/calico'),
          hostDirectory('var-lib-calico', '/var/lib/calico'),
          hostDirectory('cni-bin-dir', '/opt/cni/bin'),
          { name: 'cni-net-dir', hostPath: { path: '/etc/cni/net.d' } },
          { name: 'cni-log-dir', hostPath: { path: '/var/log/calico/cni' } },
          hostDirectory('flexvol-driver-host', `${textAt(spec, 'flexVolumePath')}nodeagent~uds`),
        ],
      }),
    }),
  );
  if (release.hasOverrides) applyOverrides(daemonSet, spec['calicoNodeDaemonSet']);
  return asObject(daemonSet);
}

function nodeContainer(source: RenderSource): Fields {
  const birdReady = isBgpEnabled(source.spec) ? ['-bird-ready'] : [];
  return {
    name: 'calico-node',
    image: imageOf('node', source),
    imagePullPolicy: 'IfNotPresent',
    env: nodeEnvironment(source),
    lifecycle: { preStop: { exec: { command: ['/bin/calico-node', '-shutdown'] } } },
    livenessProbe: {
      httpGet: { host: 'localhost', path: '/liveness', port: 9099 },
      periodSeconds: 60,
      timeoutSeconds: 10,
    },
    readinessProbe: {
      exec: { command: ['/bin/calico-node', ...birdReady, '-felix-ready'] },
      periodSeconds: 30,
      timeoutSeconds: 10,
    },
    securityContext: { privileged: true, runAsGroup: 0, runAsNonRoot: false, runAsUser: 0 },
    volumeMounts: [
      { name: 'lib-modules', mountPath: '/lib/modules', readOnly: true },
      { name: 'xtables-lock', mountPath: '/run/xtables.lock' },
      { name: 'policysync', mountPath: '/var/run/nodeagent' },
      { name: 'var-run-calico', mountPath: '/var/run/calico' },
      { name: 'var-lib-calico', mountPath: '/var/lib/calico' },
      { name: 'cni-log-dir', mountPath: '/var/log/calico/cni' },
      { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
    ],
  };
}

function nodeEnvironment({ spec, release }: RenderSource): Fields[] {
  const isBgp = isBgpEnabled(spec);
  const method = autodetectionMethod(spec);
  const mtu = numberAt(spec, 'calicoNetwork', 'mtu');
  const nodeName = { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } };
  return [
    ...environment({
      DATASTORE_TYPE: 'kubernetes',
      WAIT_FOR_DATASTORE: 'true',
      CLUSTER_TYPE: isBgp ? 'k8s,operator,bgp' : 'k8s,operator',
      CALICO_DISABLE_FILE_LOGGING: 'false',
      FELIX_DEFAULTENDPOINTTOHOSTACTION: 'ACCEPT',
      FELIX_HEALTHENABLED: 'true',
      FELIX_HEALTHPORT: '9099',
    }),
    nodeName,
    ...environment({
      FELIX_TYPHAK8SNAMESPACE: CALICO_NAMESPACE,
      FELIX_TYPHAK8SSERVICENAME: 'calico-typha',
      CALICO_MANAGE_CNI: 'true',
      CALICO_NETWORKING_BACKEND: isBgp ? 'bird' : 'vxlan',
      ...(release.ownsPools ? { NO_DEFAULT_POOLS: 'true' } : poolEnvironment(spec)),
      ...(mtu === 0
        ? {}
        : { FELIX_VXLANMTU: String(mtu), FELIX_WIREGUARDMTU: String(mtu), FELIX_IPINIPMTU: String(mtu) }),
      IP: method === null ? 'none' : 'autodetect',
      ...(method === null ? {} : { IP_AUTODETECTION_METHOD: method }),
    }),
  ];
}

/** Before the operator owned pools, calico-node made the first one (tigera/operator v1.28.5 `pkg/render/node.go`). */
function poolEnvironment(spec: Fields): Record<string, string> {
  const [pool] = listAt(spec, 'calicoNetwork', 'ipPools');
  if (!pool) return {};
  const encapsulations: Readonly<Record<string, Record<string, string>>> = {
    IPIPCrossSubnet: { CALICO_IPV4POOL_IPIP: 'CrossSubnet' },
    VXLAN: { CALICO_IPV4POOL_VXLAN: 'Always' },
    VXLANCrossSubnet: { CALICO_IPV4POOL_VXLAN: 'CrossSubnet' },
    None: { CALICO_IPV4POOL_IPIP: 'Never' },
  };
  return {
    CALICO_IPV4POOL_CIDR: textAt(pool, 'cidr'),
    ...(encapsulations[textAt(pool, 'encapsulation')] ?? { CALICO_IPV4POOL_IPIP: 'Always' }),
    ...(typeof pool['blockSize'] === 'number'
      ? { CALICO_IPV4POOL_BLOCK_SIZE: String(pool['blockSize']) }
      : {}),
  };
}

function flexVolumeContainer(source: RenderSource): Fields {
  return {
    name: 'flexvol-driver',
    image: imageOf('pod2daemon-flexvol', source),
    imagePullPolicy: 'IfNotPresent',
    securityContext: { privileged: true },
    volumeMounts: [{ name: 'flexvol-driver-host', mountPath: '/host/driver' }],
  };
}

function cniContainer(source: RenderSource): Fields {
  const config = {
    name: 'CNI_NETWORK_CONFIG',
    valueFrom: { configMapKeyRef: { name: 'cni-config', key: 'config' } },
  };
  return {
    name: 'install-cni',
    image: imageOf('cni', source),
    imagePullPolicy: 'IfNotPresent',
    command: ['/opt/cni/bin/install'],
    env: [
      ...environment({ CNI_CONF_NAME: '10-calico.conflist', SLEEP: 'false', CNI_NET_DIR: '/etc/cni/net.d' }),
      config,
    ],
    securityContext: { privileged: true },
    volumeMounts: [
      { name: 'cni-bin-dir', mountPath: '/host/opt/cni/bin' },
      { name: 'cni-net-dir', mountPath: '/host/etc/cni/net.d' },
    ],
  };
}
