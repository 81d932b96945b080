import { type TestCluster } from './types.js';

/** A new namespace in which pods can be made, and its name. It goes with the cluster. */
export async function ownNamespace({ api }: TestCluster): Promise<string> {
  const { metadata } = await api.call<{ readonly metadata: { readonly name: string } }>(
    'POST',
    '/api/v1/namespaces',
    { metadata: { generateName: 'test-' } },
  );
  // Pods are refused before it is there; the controller manager would make it too, a moment later.
  await api.ask('POST', `/api/v1/namespaces/${metadata.name}/serviceaccounts`, {
    metadata: { name: 'default' },
  });
  return metadata.name;
}
