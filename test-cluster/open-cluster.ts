import { existsSync, readFileSync } from 'node:fs';
import { EnvironmentError } from '../src/errors.js';
import { createApiClient } from './api-client.js';
import { clusterFiles, readRecord } from './cluster-directory.js';
import { ADMINISTRATOR, readAdministratorToken, readAuthority } from './control-plane/credentials.js';
import { renderKubeconfig } from './control-plane/kubeconfig.js';
import { steerApiServer } from './control-plane/steer-api-server.js';
import { steerLightNodes } from './light-nodes/light-nodes.js';
import { removeCluster } from './remove-cluster.js';
import { type TestCluster } from './types.js';

/**
 * A cluster that runs, from its directory; any process of the same user can have it.
 *
 * @throws EnvironmentError where there is none.
 */
export function openCluster(directory: string): TestCluster {
  const record = readRecord(directory);
  if (record === null || !existsSync(clusterFiles.kubeconfig(directory))) {
    throw new EnvironmentError(`There is no cluster in ${directory}`, 'List the clusters that run.');
  }
  const { server } = record;
  const authority = readAuthority(directory);
  const api = createApiClient({
    ...authority.issue({ ...ADMINISTRATOR, usages: ['client'] }),
    server,
    authority: authority.certificate,
  });
  return {
    id: record.id,
    kubernetes: record.kubernetes,
    directory,
    kubeconfig: readFileSync(clusterFiles.kubeconfig(directory), 'utf8'),
    kubeconfigPath: clusterFiles.kubeconfig(directory),
    server,
    nodes: [...record.lightNodes, ...record.realNodes],
    lightNodes: steerLightNodes(api),
    apiServer: steerApiServer(directory, api),
    auditLog: record.hasAuditLog ? clusterFiles.auditLog(directory) : null,
    api,
    authority,
    administratorToken: readAdministratorToken(directory),
    kubeconfigOf: (subject) =>
      renderKubeconfig({
        server,
        authority: authority.certificate,
        user: subject.commonName,
        credentials: authority.issue({ ...subject, usages: ['client'] }),
      }),
    stop: async () => {
      api.close();
      await removeCluster(directory);
    },
  };
}
