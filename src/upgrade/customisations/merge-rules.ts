import { asList } from '../../cluster/fields.js';
import { type Merging, NO_LONGER_THERE, SAYS_THE_SAME, type Site, type Versions } from './merging.js';
import { type Grant, grantsOf, ruleOf } from './rbac-rules.js';

/**
 * Merges the rules of a role: verbs that the user added or took away on a resource are so in the target too. Rules
 * never conflict.
 */
export function mergeRules(merging: Merging, versions: Versions, site: Site): unknown {
  const [base, live, target] = [grantsOf(versions.base), grantsOf(versions.live), grantsOf(versions.target)];
  const changed = new Map<string, Grant>();
  for (const name of new Set([...target.keys(), ...live.keys(), ...base.keys()])) {
    const verbs = mergeVerbs(merging, { base, live, target }, name, site);
    const grant = live.get(name) ?? target.get(name);
    if (verbs && grant) changed.set(name, { ...grant, verbs });
  }
  if (changed.size === 0) return versions.target;
  return [...rulesWithout(versions.target, changed), ...rulesOf(changed)];
}

interface Grants {
  readonly base: ReadonlyMap<string, Grant>;
  readonly live: ReadonlyMap<string, Grant>;
  readonly target: ReadonlyMap<string, Grant>;
}

/** The verbs that the target gets on a resource; null where they are its own. */
function mergeVerbs(merging: Merging, grants: Grants, name: string, site: Site): ReadonlySet<string> | null {
  const [base, live, target] = [
    verbsOf(grants.base, name),
    verbsOf(grants.live, name),
    verbsOf(grants.target, name),
  ];
  if (isSameSet(base, live)) {
    merging.countUpstream(isSameSet(base, target) ? 0 : 1);
    return null;
  }
  const at = { ...site, path: `${site.path}[${name}].verbs` };
  const versions = { base: shown(base), live: shown(live), target: shown(target) };
  const reason = reasonToDrop(site.gone, { base, live, target });
  if (reason !== null) {
    merging.record(at, versions, 'dropped', reason);
    return null;
  }
  merging.record(at, versions, 'kept');
  return mergedVerbs({ base, live, target });
}

type Verbs = ReadonlySet<string>;

interface VerbVersions {
  readonly base: Verbs;
  readonly live: Verbs;
  readonly target: Verbs;
}

function mergedVerbs({ base, live, target }: VerbVersions): Verbs {
  const added = [...live].filter((verb) => !base.has(verb));
  return new Set([...target, ...added].filter((verb) => live.has(verb) || !base.has(verb)));
}

function reasonToDrop(gone: string | null, { base, live, target }: VerbVersions): string | null {
  if (gone !== null) return gone;
  if (base.size > 0 && live.size > 0 && target.size === 0) return NO_LONGER_THERE;
  return isSameSet(mergedVerbs({ base, live, target }), target) ? SAYS_THE_SAME : null;
}

/** Upstream's rules without what they say of some resources. */
function rulesWithout(rules: unknown, names: ReadonlyMap<string, Grant>): unknown[] {
  return (asList(rules) ?? []).flatMap((rule) => {
    const parts = [...grantsOf([rule]).values()];
    if (!parts.some((part) => names.has(part.name))) return [rule];
    return parts.filter((part) => !names.has(part.name)).map(ruleOf);
  });
}

function rulesOf(grants: ReadonlyMap<string, Grant>): unknown[] {
  return [...grants.values()].filter(({ verbs }) => verbs.size > 0).map(ruleOf);
}

function verbsOf(grants: ReadonlyMap<string, Grant>, name: string): Verbs {
  return grants.get(name)?.verbs ?? new Set();
}

function shown(verbs: Verbs): readonly string[] | undefined {
  return verbs.size === 0 ? undefined : [...verbs].sort();
}

function isSameSet(one: Verbs, other: Verbs): boolean {
  return one.size === other.size && [...one].every((verb) => other.has(verb));
}
