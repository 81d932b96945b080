import { resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { readBundleDirectory } from '../adapters/bundle-directory.js';
import type { World } from '../adapters/environment.js';
import { readMarkdownLinks } from '../adapters/github-event.js';
import { createClusterClient } from '../adapters/kubernetes/cluster-client.js';
import { findHelm } from '../adapters/helm.js';
import { REAL_TIMING } from '../adapters/kubernetes/timing.js';
import { createChartSource } from '../adapters/manifests/chart-source.js';
import { createManifestSource, downloadOptions } from '../adapters/manifests/manifest-source.js';
import { createReportDirectory } from '../adapters/report-directory.js';
import { lookUpPath, temporaryDirectory } from '../adapters/local-directory.js';
import { listenForStop } from '../adapters/stop-signals.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import type { CheckedNetwork } from '../connectivity/check-network.js';
import type { MonitoredTraffic } from '../connectivity/monitor/monitor-traffic.js';
import { EnvironmentError, InputError } from '../errors.js';
import type { UpgradeInputs } from '../inputs.js';
import type { Policy } from '../policy/policy.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Reporter } from '../ports/reporter.js';
import { stepLine } from '../report/run/report-step.js';
import { publishUpgrade } from '../report/upgrade/publish-upgrade.js';
import { buildUpgradeReport } from '../report/upgrade/upgrade-report.js';
import { resultOf } from '../report/upgrade/upgrade-words.js';
import { createManifestReader } from '../upgrade/customisations/read-manifest.js';
import { type Holder, nameHolder } from '../upgrade/lock/lock.js';
import { runUpgrade, type UpgradeOutcome } from '../upgrade/run-upgrade.js';
import type { UpgradeBackup, UpgradeOptions } from '../upgrade/upgrade-options.js';
import { collectDiagnostics } from '../upgrade/diagnostics/collect.js';
import { backupTarget, reportTarget } from './backup-target.js';
import { disruptionMonitor } from './disruption-monitor.js';
import { AT_THE_END, atFailure, DIAGNOSTICS_MS, learnSecrets, runPlaceOf } from './look-after-failure.js';
import { makeBackup } from './make-backup.js';
import { type BundleSource, type OpenBundle, openBundle } from './open-bundle.js';
import { networkCheck } from './network-check.js';
import { openSecretBox } from './open-secret-box.js';
import { runOf } from './run-of.js';
import { createRunStore, publicationOf, publishRun, type RunStore } from './publish-run.js';

/** Runs `upgrade`. Gives whether it failed. */
export async function runUpgradeMode(
  inputs: UpgradeInputs,
  world: World,
  reporter: Reporter,
  policy: Policy,
): Promise<boolean> {
  const { kubeconfig } = inputs;
  if (kubeconfig === null) {
    throw new InputError(
      'kubeconfig',
      'The mode upgrade needs a cluster, and the input kubeconfig is empty.',
      'Give it the text of a kubeconfig, base64 of it, or a path.',
    );
  }
  sayWhatIsLeftOut(inputs, reporter);
  const secrets = learnSecrets([inputs.encryptionKey], world);
  const store = createRunStore(createReportDirectory(world.workspace, inputs.reportDir), secrets.hide);
  const client = await createClusterClient(kubeconfig, inputs.context, {
    mask: (secret) => {
      reporter.mask(secret);
      secrets.add(secret);
    },
    directory: world.workspace,
    variables: world.variables,
  });
  const stop = listenForStop((name) =>
    reporter.warning(`${name}: nothing more is written, and the state is saved.`),
  );
  const opened: Surroundings['opened'] = [];
  const look = { ...REAL_TIMING, hide: secrets.hide, onWarning: reporter.warning };
  const onFailure = (): Promise<void> =>
    collectDiagnostics(client, store, { ...look, ...atFailure(inputs.stageTimeoutMs) });
  const { signal } = stop;
  const holder = runOf(world);
  const place = { reporter, signal, run: nameHolder(holder) };
  const network = networkCheck(client, inputs.networkTest, place);
  const monitor = disruptionMonitor(client, inputs.networkTest, place);
  const surroundings = { world, reporter, policy, opened, signal, holder, network, monitor, onFailure };
  try {
    const outcome = await upgrade(client, { ...inputs, kubeconfig }, surroundings);
    if (outcome.ended === 'failed')
      await collectDiagnostics(client, store, { ...look, folder: AT_THE_END, limitMs: DIAGNOSTICS_MS });
    return await publish(outcome, inputs, store, surroundings);
  } finally {
    stop.dispose();
    for (const { cleanup } of opened) cleanup();
  }
}

function sayWhatIsLeftOut({ backup }: UpgradeInputs, reporter: Reporter): void {
  if (backup === 'false') {
    reporter.warning(
      'backup is false: nothing is saved before the upgrade, and it cannot go back by itself where it fails.',
    );
  }
}

interface Surroundings {
  readonly world: World;
  readonly reporter: Reporter;
  readonly policy: Policy;
  readonly signal: AbortSignal;
  /** Bundles that are closed at the end, with the run that made them; empty for this run or a directory. */
  readonly opened: (OpenBundle & { readonly runId: string })[];
  readonly onFailure: () => Promise<void>;
  readonly holder: Holder;
  /** null where the network is not tested. */
  readonly network: CheckedNetwork | null;
  readonly monitor: MonitoredTraffic | null;
}

function upgrade(
  client: ClusterClient,
  inputs: UpgradeInputs & { readonly kubeconfig: string },
  { world, reporter, policy, signal, opened, holder, network, monitor, onFailure }: Surroundings,
): Promise<UpgradeOutcome> {
  const { now, sleep } = REAL_TIMING;
  const runUrl = readMarkdownLinks(world.variables, null).runUrl ?? '';
  const { workspace, variables } = world;
  const manifests = createManifestSource(inputs.manifests, workspace, variables);
  const { kubeconfig, context } = inputs;
  const temporary = temporaryDirectory(variables);
  const helm = findHelm({ kubeconfig, context, directory: workspace, variables, temporary });
  const download = downloadOptions(variables);
  return runUpgrade(
    client,
    createManifestReader(manifests),
    createReportDirectory(world.workspace, inputs.reportDir),
    {
      target: inputs.target,
      kubernetes: inputs.kubernetesVersion,
      installMethod: inputs.installMethod,
      canaryNodes: inputs.canaryNodes,
      maxUnavailable: inputs.maxUnavailable,
      soakMs: inputs.soakMs,
      inspectNodes: inputs.inspectNodes,
      force: inputs.force,
      policy,
      timeoutMs: inputs.stageTimeoutMs,
      rollbackOnFailure: inputs.rollbackOnFailure,
      helm,
      charts: helm && createChartSource(inputs.manifests, { root: workspace, download, helm }),
      ...holder,
      // What is held is opened last before the first write
      traffic: [network, monitor].filter((check) => check !== null),
      signal,
      now,
      sleep,
      onProgress: reporter.progress,
      onWarning: reporter.warning,
      findBundle: async (bundle) => {
        const source = sourceOf(bundle, inputs);
        const open = await openBundle(source, world);
        opened.push({ ...open, runId: source.runId });
        const isDirectory = lookUpPath(world.workspace, source.backupArtifact).type === 'directory';
        const artifact = isDirectory ? null : source.backupArtifact;
        const box = await openSecretBox(inputs.encryptionKey ?? '');
        return { reader: open.reader, directory: bundle.place, artifact, createdAt: bundle.createdAt, box };
      },
      onStep: (result) => reporter.info(stepLine(result)),
      onFailure,
      backUp:
        inputs.backup === 'false'
          ? null
          : (state) => backUp(client, state, inputs, { world, reporter, runUrl }),
    },
  );
}

/** Where the backup of an upgrade that died is: what the inputs say goes before what its journal says. */
function sourceOf(
  { place, run }: Parameters<UpgradeOptions['findBundle']>[0],
  { backupArtifact, runId, githubToken }: UpgradeInputs,
): BundleSource {
  const [, repository = '', id = ''] = /([^/]+\/[^/]+)\/actions\/runs\/(\d+)$/.exec(run) ?? [];
  const madeBy = id === '' ? '' : `${repository}/${id}`;
  return { backupArtifact: backupArtifact ?? place, runId: runId === '' ? madeBy : runId, githubToken };
}

/** @throws EnvironmentError where it cannot be uploaded: a runner's disk is gone with the runner */
async function backUp(
  client: ClusterClient,
  state: ClusterState,
  inputs: UpgradeInputs,
  { world, reporter, runUrl }: Pick<Surroundings, 'world' | 'reporter'> & { readonly runUrl: string },
): Promise<UpgradeBackup> {
  const time = new Date(REAL_TIMING.now()).toISOString().replace(/\..*$/, 'Z').replaceAll(/[-:]/g, '');
  const directory = resolve(world.workspace, inputs.reportDir, `backup-${time}`);
  const target = backupTarget(state.uid, world.variables);
  const box = await openSecretBox(inputs.encryptionKey ?? '');
  const { artifact, proof } = await makeBackup(client, state, reporter, {
    directory,
    madeBy: packageJson.version,
    run: runUrl,
    now: REAL_TIMING.now,
    box,
    target,
  });
  if (target !== null && artifact === null && inputs.backup !== 'directory') {
    throw new EnvironmentError(
      'The backup could not be uploaded, and the disk of a runner is gone with it.',
      'Nothing was changed. Put that right and run again. Where report-dir is on a disk that outlives the job, set backup: directory.',
    );
  }
  return {
    reader: readBundleDirectory(directory),
    directory,
    artifact,
    createdAt: proof.index.createdAt,
    box,
  };
}

async function publish(
  outcome: UpgradeOutcome,
  inputs: UpgradeInputs,
  store: RunStore,
  { world, reporter, opened, network, monitor, signal }: Surroundings,
): Promise<boolean> {
  const tested = network && { probes: network.result(), fault: network.fault() };
  const result = resultOf(outcome, tested);
  const disruption = monitor?.disruption() ?? null;
  const place = runPlaceOf(inputs, world, opened.at(-1)?.runId ?? '');
  await publishRun(
    () =>
      publishUpgrade(
        buildUpgradeReport(outcome, { force: inputs.force, result, place, network: tested, disruption }),
        publicationOf(world, reporter, store),
      ),
    {
      result,
      hasRun: outcome.ended !== 'not-run',
      store,
      directory: resolve(world.workspace, inputs.reportDir),
      reporter,
      // The runner waits for seconds only where it has told a job to stop
      target: signal.aborted ? null : reportTarget(outcome.plan.state.uid, world.variables),
    },
  );
  return result !== 'passed' && result !== 'nothing-to-do';
}
