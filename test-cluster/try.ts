import { parseArgs } from 'node:util';
import { ActionError } from '../src/errors.js';
import { removeOwnClusters } from './cli/up.js';
import { clusterAvailability, readyAvailability } from './availability.js';
import { checkExamples } from './try/check-examples.js';
import { provideManifests } from './try/provide-manifests.js';
import { say } from './try/say.js';
import { LIGHT_NODES, RELEASES, upgradeAndBreak } from './try/upgrade-and-break.js';

const USAGE = `Shows what the action does, on a cluster of its own on this machine, and takes that down again.

npm run try -- [--report-dir DIRECTORY]

It starts a Kubernetes control plane with ${LIGHT_NODES} simulated nodes, installs Calico ${RELEASES.installed}, upgrades it to ${RELEASES.good}, lets an
upgrade to ${RELEASES.bad} go wrong, and watches that go back by itself. Where no cluster can be had it judges examples/fleet
instead, and says why. Nothing outside of this machine is touched. Reports stay in calico-report/try, or DIRECTORY.

Exit status: 0 all went as it should, 1 it did not.
`;

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { 'report-dir': { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return true;
  }
  const reportDir = values['report-dir'] ?? 'calico-report/try';
  const missing = await whatIsMissing();
  if (missing !== null) return checkExamples(missing, reportDir);
  return upgradeAndBreak(reportDir);
}

/** Why there can be no cluster with Calico here; null where there can. */
async function whatIsMissing(): Promise<string | null> {
  const asked = { lightNodes: LIGHT_NODES };
  const availability = clusterAvailability(asked);
  if (!availability.isAvailable) return availability.reason;
  const ready = readyAvailability(asked);
  if (!ready.isAvailable) say(`The programs of a cluster are built first, once: ${ready.reason}.`);
  return provideManifests(Object.values(RELEASES));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    say(`${signal}: the cluster is taken down`);
    void removeOwnClusters().finally(() => process.exit(1));
  });
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  const remedy = error instanceof ActionError ? ` ${error.remedy}` : '';
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}${remedy}\n`);
  process.exitCode = 1;
}
