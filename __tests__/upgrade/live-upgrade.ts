import { createManifestSource } from '../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../src/catalog/queries.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import { buildOptions } from './plan/build-options.js';
import { runOptions, save } from './restore/live-run.js';

/** An upgrade with upstream's files, a backup in memory, and what preflight says of small nodes passed over. */
export function liveUpgrade(
  client: ClusterClient,
  target: string,
  options: Partial<UpgradeOptions> = {},
): Promise<UpgradeOutcome> {
  const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
  return runUpgrade(client, manifests, createFakeReportStore(), {
    ...buildOptions({ target: versionOf(target), force: true }),
    ...runOptions({ force: true }),
    rollbackOnFailure: true,
    backUp: async () => ({
      reader: await save(client),
      directory: 'backup',
      artifact: null,
      createdAt: new Date().toISOString(),
    }),
    findBundle: () => Promise.reject(new Error('no upgrade died')),
    ...options,
  });
}
