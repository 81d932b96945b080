import { isOurs } from '../cluster/own-label.js';
import { groupOf } from '../cluster/object-name.js';
import { type DataGroup, findDataGroup } from '../cluster/read/find-data-group.js';
import { ClusterError } from '../errors.js';
import type { ClusterClient, KubernetesObject, ServedKind } from '../ports/cluster-client.js';
import { deleteOwnPolicies, REMOVE_POLICIES_BY_HAND } from '../upgrade/lock/own-policies.js';
import { FIELD_MANAGER } from '../upgrade/plan/try-changes.js';
import type { CalicoPolicies } from './scene.js';
import { globalPolicy, networkPolicy, tier } from './scenarios/calico-objects.js';

const VERBS = ['list', 'delete'] as const;

/**
 * Takes away what a run that died left of policies outside of the namespaces, and finds out whether Calico's own policies can be written here, and taken away again. Each kind is tried without being
 * written (dry run): what the server, an admission webhook or this account's rights refuse is known before anything is
 * done. Never throws.
 */
export async function findCalicoPolicies(client: ClusterClient): Promise<CalicoPolicies> {
  try {
    const where = await findDataGroup(client);
    await deleteOwnPolicies(client, where);
    const apiVersion = where.kinds.find(({ kind }) => kind === 'NetworkPolicy')?.apiVersion ?? null;
    if (apiVersion === null) return none(`the cluster does not serve a NetworkPolicy of ${where.group}`);
    const reasons = await Promise.all(
      [networkPolicy({ apiVersion }, []), globalPolicy({ apiVersion }, 0)].map((object) =>
        whyNot(client, where, object),
      ),
    );
    const refused = reasons.find((reason) => reason !== null) ?? null;
    const whyNoTiers = refused ?? (await whyNot(client, where, tier({ apiVersion })));
    return { apiVersion, whyNoPolicies: refused, whyNoTiers };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return none(`it could not be found out whether they can be written: ${error.message}`);
  }
}

function none(reason: string): CalicoPolicies {
  return { apiVersion: '', whyNoPolicies: reason, whyNoTiers: reason };
}

async function whyNot(
  client: ClusterClient,
  { group, kinds }: DataGroup,
  object: KubernetesObject,
): Promise<string | null> {
  const { apiVersion, kind, metadata } = object;
  const served = kinds.find((one) => one.kind === kind && one.apiVersion === apiVersion);
  if (served === undefined) return `the cluster does not serve a ${kind} of ${group}`;
  const { namespace = null, name } = metadata;
  const found = await client.get({ apiVersion, kind, namespace, name });
  if (found !== null && !isOurs(found)) return `there is a ${kind} ${name}, which this program did not make`;
  return (await whyForbidden(client, served, namespace)) ?? (await whyRefused(client, object));
}

async function whyForbidden(
  client: ClusterClient,
  { apiVersion, plural }: ServedKind,
  namespace: string | null,
): Promise<string | null> {
  for (const verb of VERBS) {
    const { isAllowed } = await client.canI({
      verb,
      group: groupOf(apiVersion),
      resource: plural,
      namespace,
    });
    if (!isAllowed) return `this account may not ${verb} ${plural}.${groupOf(apiVersion)}`;
  }
  return null;
}

async function whyRefused(client: ClusterClient, object: KubernetesObject): Promise<string | null> {
  try {
    await client.apply(object, { fieldManager: FIELD_MANAGER, force: true, dryRun: true });
    return null;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return `a ${object.kind} is refused: ${error.message}`;
  }
}

/** Takes away what the test made outside of its namespaces. Never throws. @returns what stays; null where nothing does */
export async function removeCalicoPolicies(
  client: ClusterClient,
  { whyNoPolicies }: CalicoPolicies,
): Promise<string | null> {
  if (whyNoPolicies !== null) return null;
  try {
    await deleteOwnPolicies(client);
    return null;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return `The policies of the network test could not be deleted: ${error.message} They select none but its own pods. The next run deletes what is left; by hand: ${REMOVE_POLICIES_BY_HAND}`;
  }
}
