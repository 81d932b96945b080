import { readFileSync } from 'node:fs';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { helmRules, READ_ONLY_ROLE, readOnlyRules } from '../../../src/cluster/permissions.js';
import { textAt } from '../../../src/cluster/fields.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { TestCluster } from '../../../test-cluster/types.js';

/** A user who may what the documented role allows, and nothing else. */
export const PLANNER = 'planner';
const RBAC = 'rbac.authorization.k8s.io/v1';

/** A client that reads under the documented read-only role alone. */
export async function clientOfPlanner(
  cluster: TestCluster,
  administrator: ClusterClient,
  helmNamespace: string | null = null,
): Promise<ClusterClient> {
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: PLANNER }];
  const roleRef = (kind: string): object => ({
    apiGroup: 'rbac.authorization.k8s.io',
    kind,
    name: READ_ONLY_ROLE,
  });
  const metadata = { name: READ_ONLY_ROLE };
  const objects: KubernetesObject[] = [
    { apiVersion: RBAC, kind: 'ClusterRole', metadata, rules: readOnlyRules() },
    { apiVersion: RBAC, kind: 'ClusterRoleBinding', metadata, roleRef: roleRef('ClusterRole'), subjects },
  ];
  if (helmNamespace !== null) {
    const inNamespace = { ...metadata, namespace: helmNamespace };
    objects.push(
      { apiVersion: RBAC, kind: 'Role', metadata: inNamespace, rules: helmRules() },
      { apiVersion: RBAC, kind: 'RoleBinding', metadata: inNamespace, roleRef: roleRef('Role'), subjects },
    );
  }
  for (const object of objects) await administrator.apply(object, { fieldManager: 'test', force: true });
  return createClusterClient(cluster.kubeconfigOf({ commonName: PLANNER }), null);
}

/** What the user wrote, by the API server's audit log, which has only writes: `create pods`. */
export function writesOf({ auditLog }: TestCluster, user: string): string[] {
  if (auditLog === null) throw new Error('the cluster has no audit log');
  return readFileSync(auditLog, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown)
    .filter((event) => textAt(event, 'user', 'username') === user)
    .map((event) => `${textAt(event, 'verb')} ${textAt(event, 'objectRef', 'resource')}`);
}

/** Writes that reached the server, those without effect and questions of what is allowed left out: `patch /apis/…`. */
export function lastingWritesOf({ auditLog }: TestCluster, user: string): string[] {
  return readFileSync(auditLog ?? '', 'utf8')
    .split('\n')
    .filter(
      (line) =>
        line.includes(`"username":"${user}"`) &&
        !line.includes('dryRun=All') &&
        !line.includes('subjectaccessreviews'),
    )
    .map((line) => JSON.parse(line) as unknown)
    .map((event) => `${textAt(event, 'verb')} ${textAt(event, 'requestURI')}`);
}
