/** What a code of a rollback stands for. `docs/rollback.md` has a row for each. */
export const ROLLBACK_KINDS = {
  'rollback-not-found': 'There is no Calico whose place the bundle could take',
  'rollback-unknown-release': 'The bundle does not say which Calico it is of',
  'rollback-newer': 'The bundle is of a newer Calico than what runs',
  'rollback-pair': 'The bundle’s Calico and the cluster’s Kubernetes do not fit',
  'rollback-method': 'Calico was installed in another way when the backup was made',
  'rollback-variant': 'The cluster runs another variant than the bundle is of',
  'rollback-data-group': 'Calico’s data is in another API group than it was',
  'rollback-caveat': 'Something that going back does not undo',
  'rollback-conflict': 'The bundle and the cluster both have a say',
  'rollback-refused': 'The server refuses a write',
  'rollback-not-served': 'The cluster does not serve a kind of the bundle',
  'rollback-permission': 'The account may not do what the rollback needs',
  'rollback-nodes-left-out': 'Nodes that take no part',
  'rollback-kept': 'Objects that stay as they are',
  'rollback-secrets': 'Secrets',
  'rollback-helm': 'Helm believes in another release than the bundle’s',
  'rollback-edited': 'The bundle was changed after it was made',
} as const satisfies Readonly<Record<string, string>>;

export type RollbackCode = keyof typeof ROLLBACK_KINDS;
