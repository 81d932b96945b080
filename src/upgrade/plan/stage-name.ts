/** The stages of a hop, in the order in which they run. */
export const STAGES = [
  'crds',
  'rbac',
  'config',
  'data',
  'operator',
  'typha',
  'node',
  'kube-controllers',
  'apiserver',
  'rbac-trim',
] as const;
export type StageName = (typeof STAGES)[number];
