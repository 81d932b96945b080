import { asList, asFields } from '../../cluster/fields.js';

/** What a role allows on one resource. */
export interface Grant {
  /** `crd.projectcalico.org/ippools`, `pods`, `serviceaccounts/token:calico-cni-plugin`, `/metrics`. */
  readonly name: string;
  readonly verbs: ReadonlySet<string>;
  /** The rule that says it, verbs left out. */
  readonly rule: Readonly<Record<string, readonly string[]>>;
}

/**
 * Rules of a role taken apart into one grant a resource, so that two ways of writing the same rules are equal.
 * Grants are by name.
 */
export function grantsOf(rules: unknown): Map<string, Grant> {
  const grants = new Map<string, Grant>();
  for (const rule of asList(rules) ?? []) {
    for (const part of takeApart(rule)) {
      const verbs = new Set([...(grants.get(part.name)?.verbs ?? []), ...part.verbs]);
      grants.set(part.name, { ...part, verbs });
    }
  }
  return grants;
}

/** A grant as a rule again. */
export function ruleOf({ rule, verbs }: Grant): unknown {
  return { ...rule, verbs: [...verbs] };
}

function takeApart(rule: unknown): Grant[] {
  const fields = asFields(rule) ?? {};
  const verbs = new Set(texts(fields['verbs']));
  const urls = texts(fields['nonResourceURLs']).map((url) => ({
    name: url,
    verbs,
    rule: { nonResourceURLs: [url] },
  }));
  const names = texts(fields['resourceNames']);
  return [
    ...urls,
    ...texts(fields['apiGroups']).flatMap((group) =>
      texts(fields['resources']).flatMap((resource) => {
        const scope = group === '' ? resource : `${group}/${resource}`;
        const rest = { apiGroups: [group], resources: [resource] };
        if (names.length === 0) return [{ name: scope, verbs, rule: rest }];
        return names.map((name) => ({
          name: `${scope}:${name}`,
          verbs,
          rule: { ...rest, resourceNames: [name] },
        }));
      }),
    ),
  ];
}

function texts(value: unknown): string[] {
  return (asList(value) ?? []).filter((item) => typeof item === 'string');
}
