import { listAt, numberAt, textAt } from '../cluster/fields.js';
import { ClusterError, EnvironmentError } from '../errors.js';
import type { ClusterClient, KubernetesObject } from '../ports/cluster-client.js';
import { FIELD_MANAGER } from '../upgrade/plan/try-changes.js';
import { PROBE_NAMESPACE } from './probe-namespace.js';
import type { Scene, ServiceAddresses } from './scene.js';
import { serviceObjects, SERVICES } from './scenarios/services.js';

/** Makes the Services of the test. @throws ClusterError; EnvironmentError where one is given no address */
export async function makeServices(client: ClusterClient, firstNodeLabel: string): Promise<ServiceAddresses> {
  const made = new Map<string, KubernetesObject>();
  for (const object of serviceObjects(firstNodeLabel)) {
    made.set(object.metadata.name, await client.create(object, { fieldManager: FIELD_MANAGER }));
  }
  const addressOf = (name: string): string => {
    const address = textAt(made.get(name), 'spec', 'clusterIP');
    if (address !== '') return address;
    throw new EnvironmentError(
      `The Service ${PROBE_NAMESPACE}/${name} of the network test was given no address.`,
      'Find out why, or run with network-test: false.',
    );
  };
  const nodePort = (port: string): number => {
    const ports = listAt(made.get(SERVICES.targets), 'spec', 'ports');
    return (
      numberAt(
        ports.find(({ name }) => name === port),
        'nodePort',
      ) ?? 0
    );
  };
  const nameOf = (name: string): string => `${name}.${PROBE_NAMESPACE}.svc`;
  return {
    targets: {
      address: addressOf(SERVICES.targets),
      nodePort: nodePort('http'),
      nodeUdpPort: nodePort('udp'),
    },
    local: { address: addressOf(SERVICES.local) },
    moving: { address: addressOf(SERVICES.moving) },
    names: { service: nameOf(SERVICES.targets), headless: nameOf(SERVICES.headless) },
  };
}

/** The API server as pods reach it; null where it cannot be read. */
export async function findApiServer(client: ClusterClient): Promise<Scene['apiServer']> {
  try {
    const service = await client.get({
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'default',
      name: 'kubernetes',
    });
    const host = textAt(service, 'spec', 'clusterIP');
    const port = numberAt(listAt(service, 'spec', 'ports')[0], 'port');
    return host === '' || port === null ? null : { host, port };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return null;
  }
}
