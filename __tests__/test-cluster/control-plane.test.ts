import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createApiClient } from '../../test-cluster/api-client.js';
import { describeWithCluster, ownCluster, ownNamespace } from '../../test-cluster/jest.js';
import { type TestCluster } from '../../test-cluster/types.js';
import { eventually } from './eventually.js';

describeWithCluster('a control plane without controllers', { controllers: false }, (cluster) => {
  const clientOf = (commonName: string, organizations: readonly string[], notAfter?: Date) =>
    createApiClient({
      server: cluster().server,
      authority: cluster().authority.certificate,
      ...cluster().authority.issue({
        commonName,
        organizations,
        usages: ['client'],
        ...(notAfter === undefined ? {} : { notAfter }),
      }),
    });

  it('is of the release that it says', async () => {
    const { gitVersion } = await cluster().api.call<{ readonly gitVersion: string }>('GET', '/version');
    expect(gitVersion).toBe(cluster().kubernetes);
  });

  it('keeps its files from other users', () => {
    const { directory, kubeconfigPath } = cluster();
    expect(statSync(directory).mode & 0o077).toBe(0);
    expect(statSync(kubeconfigPath).mode & 0o077).toBe(0);
    expect(readFileSync(kubeconfigPath, 'utf8')).toBe(cluster().kubeconfig);
  });

  it('tells users and groups by client certificate, and asks RBAC what they may', async () => {
    const developer = clientOf('jane', ['developers']);
    const refused = await developer.ask('GET', '/api/v1/namespaces/default/configmaps');
    expect(refused.status).toBe(403);
    expect(JSON.stringify(refused.body)).toContain('User \\"jane\\" cannot list resource');
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    await cluster().api.call('POST', `${rbac}/roles`, {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
    });
    await cluster().api.call('POST', `${rbac}/rolebindings`, {
      metadata: { name: 'developers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'developers' }],
    });
    await eventually(async () => {
      const { status } = await developer.ask('GET', '/api/v1/namespaces/default/configmaps');
      return status === 200 ? status : null;
    });
    developer.close();
  });

  it('refuses a certificate that has expired', async () => {
    const late = clientOf('admin', ['system:masters'], new Date(Date.now() - 60_000));
    expect((await late.ask('GET', '/api/v1/namespaces')).status).toBe(401);
    late.close();
  });

  it('takes the bearer token of its administrator', async () => {
    const { administratorToken } = cluster();
    const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
    const review = await cluster().api.call<{
      readonly status: {
        readonly authenticated?: boolean;
        readonly user?: { readonly groups: readonly string[] };
      };
    }>('POST', reviews, { spec: { token: administratorToken } });
    expect(review.status.authenticated).toBe(true);
    expect(review.status.user?.groups).toContain('system:masters');
  });

  it('gives out tokens of ServiceAccounts', async () => {
    const namespace = await ownNamespace(cluster());
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`;
    const { status } = await cluster().api.call<{ readonly status: { readonly token: string } }>(
      'POST',
      path,
      {
        spec: { expirationSeconds: 600 },
      },
    );
    expect(status.token.split('.')).toHaveLength(3);
  });

  it('aggregates APIs of others', async () => {
    const { body } = await cluster().api.ask(
      'GET',
      '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication',
    );
    const { data } = body as { readonly data: Readonly<Record<string, string>> };
    expect(data['requestheader-client-ca-file']).toContain('BEGIN CERTIFICATE');
    expect(data['requestheader-allowed-names']).toBe('["front-proxy-client"]');
  });

  it('writes a kubeconfig of any user', () => {
    const text = cluster().kubeconfigOf({ commonName: 'jane', organizations: ['developers'] });
    expect(text).toContain('user: jane');
    expect(text).toContain(cluster().server);
  });

  it('has no audit log that nobody asked for', () => {
    expect(cluster().auditLog).toBeNull();
  });
});

describeWithCluster('a control plane with an audit log', { controllers: false, audit: true }, (cluster) => {
  it('notes who wrote what, and no reads', async () => {
    const { api, auditLog } = cluster();
    const namespace = await ownNamespace(cluster());
    await api.call('GET', `/api/v1/namespaces/${namespace}`);
    const lines = readFileSync(auditLog ?? '', 'utf8')
      .trim()
      .split('\n');
    const events = lines.map((line) => JSON.parse(line) as AuditEvent);
    const made = events.filter(
      ({ objectRef }) => objectRef?.name === namespace || objectRef?.namespace === namespace,
    );
    expect(made.map(({ verb, user }) => `${user.username} ${verb}`)).toContain('admin create');
    expect(events.map(({ verb }) => verb)).not.toContain('get');
  });
});

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly name?: string; readonly namespace?: string };
}

describeWithCluster('a control plane', {}, (cluster) => {
  it('has controllers that make pods, and a scheduler that finds no node for them', async () => {
    const namespace = await ownNamespace(cluster());
    await cluster().api.call('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, {
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'web:1' }] },
        },
      },
    });
    const reasons = await eventually(async () => {
      const { items } = await cluster().api.call<{ readonly items: readonly PendingPod[] }>(
        'GET',
        `/api/v1/namespaces/${namespace}/pods`,
      );
      const found = items.flatMap(({ status }) => status.conditions ?? []).map(({ reason }) => reason);
      return found.length === 2 ? found : null;
    });
    expect(reasons).toEqual(['Unschedulable', 'Unschedulable']);
  });

  it('collects what belongs to what is gone', async () => {
    const namespace = await ownNamespace(cluster());
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const owner = await cluster().api.call<{ readonly metadata: { readonly uid: string } }>('POST', path, {
      metadata: { name: 'owner' },
    });
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }];
    await cluster().api.call('POST', path, { metadata: { name: 'owned', ownerReferences } });
    await cluster().api.call('DELETE', `${path}/owner`);
    await eventually(async () => {
      const { status } = await cluster().api.ask('GET', `${path}/owned`);
      return status === 404 ? status : null;
    });
  });
});

interface PendingPod {
  readonly status: { readonly conditions?: readonly { readonly reason: string }[] };
}

describeWithCluster('two clusters side by side', { controllers: false }, (first) => {
  let second: TestCluster;
  beforeAll(async () => {
    second = await ownCluster({ controllers: false });
  }, 240_000);
  afterAll(() => second.stop());

  it('share nothing', async () => {
    expect(second.id).not.toBe(first().id);
    expect(second.server).not.toBe(first().server);
    await second.api.call('POST', '/api/v1/namespaces', { metadata: { name: 'only-there' } });
    expect((await first().api.ask('GET', '/api/v1/namespaces/only-there')).status).toBe(404);
    await expect(
      createApiClient({
        server: second.server,
        authority: second.authority.certificate,
        ...first().authority.issue({
          commonName: 'admin',
          organizations: ['system:masters'],
          usages: ['client'],
        }),
      }).call('GET', '/api/v1/namespaces'),
    ).rejects.toThrow(/401|ECONNRESET|alert/);
  });
});
