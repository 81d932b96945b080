import { groupOf } from './object-name.js';
import { GROUPS_READ_WHOLE, HELM_SECRET, READINGS } from './reading-table.js';

/** A rule of a Role, as RBAC writes it. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** The name of the role that `plan` needs, in the documentation and in messages. */
export const READ_ONLY_ROLE = 'calico-upgrade-action-plan';

/**
 * The rules that inspect needs in the whole cluster, and nothing more. Besides these `plan` asks for discovery, the
 * server's version and SelfSubjectAccessReviews, which every user may.
 */
export function readOnlyRules(): PolicyRule[] {
  const rules = new Map<string, PolicyRule>();
  for (const { apiVersion, plural, verbs } of Object.values(READINGS)) {
    const group = groupOf(apiVersion);
    const key = `${group} ${verbs.join()}`;
    const resources = [...(rules.get(key)?.resources ?? []), plural].sort();
    rules.set(key, { apiGroups: [group], resources, verbs });
  }
  const whole = GROUPS_READ_WHOLE.map((group) => ({
    apiGroups: [group],
    resources: ['*'],
    verbs: ['get', 'list'],
  }));
  return [...[...rules.values()].sort((a, b) => compare(a, b)), ...whole];
}

function compare(a: PolicyRule, b: PolicyRule): number {
  return `${a.apiGroups.join()} ${a.resources.join()}` < `${b.apiGroups.join()} ${b.resources.join()}`
    ? -1
    : 1;
}

/** The rules that inspect needs in the namespace of the Helm release, where Helm installed Calico. */
export function helmRules(): PolicyRule[] {
  return [{ apiGroups: [''], resources: [HELM_SECRET.plural], verbs: HELM_SECRET.verbs }];
}

/** The name of the Role that the input `inspect-nodes` needs besides. */
export const LOOK_ROLE = 'calico-upgrade-action-inspect-nodes';

/** The rules that it gives in the namespace of calico-node: to run a command in its pods. */
export function lookRules(): PolicyRule[] {
  return [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] }];
}
