import type { ClusterClient } from '../ports/cluster-client.js';
import { accessesOf, NETWORK_TEST_RULES, rulesOf } from '../upgrade/permissions.js';
import { inBatches } from '../upgrade/plan/in-batches.js';

/** What the account may not do that the network test needs, in one sentence; null where it may all. */
export async function findMissingRights(client: ClusterClient): Promise<string | null> {
  const accesses = accessesOf(NETWORK_TEST_RULES);
  const answers = await inBatches(accesses, (access) => client.canI(access));
  const missing = accesses.flatMap((access, index) => {
    const answer = answers[index];
    return answer?.isAllowed === false ? [{ access, reason: answer.reason }] : [];
  });
  if (missing.length === 0) return null;
  const said = rulesOf(missing).map(
    ({ resources, verbs }) => `${resources.join(', ')} (${verbs.join(', ')})`,
  );
  return `The account lacks rights: ${said.join('; ')}. Give it the ClusterRole of docs/network-test.md, “By itself”.`;
}
