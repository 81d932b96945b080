import { resolve } from 'node:path';
import type { World } from '../adapters/environment.js';
import { createClusterClient } from '../adapters/kubernetes/cluster-client.js';
import { REAL_TIMING } from '../adapters/kubernetes/timing.js';
import { createReportDirectory } from '../adapters/report-directory.js';
import type { Secrets } from '../adapters/report-secrets.js';
import { findHelm } from '../adapters/helm.js';
import { lookUpPath, temporaryDirectory } from '../adapters/local-directory.js';
import { listenForStop } from '../adapters/stop-signals.js';
import type { AloneResult } from '../connectivity/test-alone.js';
import { InputError } from '../errors.js';
import type { BundleInputs } from '../inputs.js';
import type { BundleReader } from '../ports/bundle.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Reporter } from '../ports/reporter.js';
import { publishRollback } from '../report/rollback/publish-rollback.js';
import { buildRollbackReport } from '../report/rollback/rollback-report.js';
import { severityOf } from '../report/plan/severity-of.js';
import type { Result } from '../report/report.js';
import { stepLine } from '../report/run/report-step.js';
import { wayBack } from '../report/run/way-back.js';
import { collectDiagnostics } from '../upgrade/diagnostics/collect.js';
import { planRollback, type RollbackOptions, type RollbackPlan } from '../upgrade/restore/plan-rollback.js';
import { nameHolder } from '../upgrade/lock/lock.js';
import { type RollbackOutcome, runRollback } from '../upgrade/restore/run-rollback.js';
import { reportTarget } from './backup-target.js';
import { DIAGNOSTICS_MS, learnSecrets, runPlaceOf } from './look-after-failure.js';
import { networkAround } from './network-check.js';
import { openBundle } from './open-bundle.js';
import { openSecretBox } from './open-secret-box.js';
import { runOf } from './run-of.js';
import { createRunStore, publicationOf, publishRun } from './publish-run.js';

/** Runs `rollback`, or with `plan` only says what it would do. Gives whether it failed. */
export async function runRollbackMode(
  mode: 'plan' | 'rollback',
  inputs: BundleInputs,
  world: World,
  reporter: Reporter,
): Promise<boolean> {
  const { kubeconfig, context, backupArtifact } = inputs;
  if (kubeconfig === null)
    throw missing(mode, 'kubeconfig', 'Give it the text of a kubeconfig, base64 of it, or a path.');
  if (backupArtifact === null) {
    throw missing(
      mode,
      'backup-artifact',
      'Name the artifact of the run that made the backup (with run-id), or a directory.',
    );
  }
  const secrets = learnSecrets([inputs.encryptionKey, inputs.githubToken], world);
  const client = await createClusterClient(kubeconfig, context, {
    mask: (secret) => {
      reporter.mask(secret);
      secrets.add(secret);
    },
    directory: world.workspace,
    variables: world.variables,
  });
  const { variables, workspace: directory } = world;
  const temporary = temporaryDirectory(variables);
  const options: RollbackOptions = {
    ...optionsOf(inputs, reporter),
    box: await openSecretBox(inputs.encryptionKey ?? ''),
    helm: findHelm({ kubeconfig, context, directory, variables, temporary }),
  };
  const bundle = await openBundle({ ...inputs, backupArtifact }, world);
  try {
    const surroundings = { inputs, world, reporter, secrets };
    if (mode === 'plan') {
      const plan = await planRollback(client, bundle.reader, options);
      return await publish(mode, { ...notRun(plan), network: null, isTold: false }, client, surroundings);
    }
    const outcome = await rollBack(client, bundle.reader, options, surroundings);
    return await publish(mode, outcome, client, surroundings);
  } finally {
    bundle.cleanup();
  }
}

function missing(mode: string, input: string, remedy: string): InputError {
  return new InputError(input, `A ${mode} of a rollback needs the input ${input}, which is empty.`, remedy);
}

function notRun(plan: RollbackPlan): RollbackOutcome {
  return { plan, ended: 'not-run', results: [], reason: '', wayOut: '', after: null };
}

function optionsOf(inputs: BundleInputs, reporter: Reporter) {
  const { onConflict, force, canaryNodes, maxUnavailable, soakMs } = inputs;
  return { choice: onConflict, force, canaryNodes, maxUnavailable, soakMs, onProgress: reporter.progress };
}

interface Surroundings {
  readonly inputs: BundleInputs;
  readonly world: World;
  readonly reporter: Reporter;
}

/** A rollback, and what the network test found; null where it was not to run. */
interface TestedOutcome extends RollbackOutcome {
  readonly network: AloneResult | null;
  /** Whether the run was told to stop, and has seconds left. */
  readonly isTold: boolean;
}

async function rollBack(
  client: ClusterClient,
  reader: BundleReader,
  options: RollbackOptions,
  { inputs, world, reporter }: Surroundings,
): Promise<TestedOutcome> {
  const store = createReportDirectory(world.workspace, inputs.reportDir);
  const stop = listenForStop((name) =>
    reporter.warning(`${name}: nothing more is written, and the state is saved.`),
  );
  const { signal } = stop;
  const holder = runOf(world);
  const place = { reporter, signal, run: nameHolder(holder) };
  const network = networkAround(client, inputs.networkTest, place);
  try {
    const outcome = await runRollback(client, reader, store, {
      ...options,
      ...holder,
      network,
      timeoutMs: inputs.stageTimeoutMs,
      signal,
      now: REAL_TIMING.now,
      sleep: REAL_TIMING.sleep,
      onWarning: reporter.warning,
      onStep: (result) => reporter.info(stepLine(result)),
    });
    return {
      ...outcome,
      network: network && { probes: network.result(), fault: network.fault() },
      isTold: signal.aborted,
    };
  } finally {
    stop.dispose();
  }
}

async function publish(
  mode: 'plan' | 'rollback',
  outcome: TestedOutcome,
  client: ClusterClient,
  { inputs, world, reporter, secrets }: Surroundings & { readonly secrets: Secrets },
): Promise<boolean> {
  const result = mode === 'plan' ? resultOfPlan(outcome.plan, inputs) : resultOf(outcome);
  const directory = resolve(world.workspace, inputs.reportDir);
  const store = createRunStore(createReportDirectory(world.workspace, inputs.reportDir), secrets.hide);
  if (outcome.ended === 'failed') {
    const { now, sleep } = REAL_TIMING;
    const options = { now, sleep, hide: secrets.hide, onWarning: reporter.warning };
    await collectDiagnostics(client, store, { ...options, folder: 'diagnostics', limitMs: DIAGNOSTICS_MS });
  }
  const again = wayBack(placeOfBundle(inputs, world), runPlaceOf(inputs, world, inputs.runId));
  const { state } = outcome.plan.restoration;
  await publishRun(
    () =>
      publishRollback(
        buildRollbackReport(outcome, { mode, force: inputs.force, result, again, network: outcome.network }),
        publicationOf(world, reporter, store),
      ),
    {
      result,
      hasRun: outcome.ended !== 'not-run',
      store,
      directory,
      reporter,
      // The runner waits for seconds only where it has told a job to stop
      target: mode === 'plan' || outcome.isTold ? null : reportTarget(state.uid, world.variables),
    },
  );
  return result === 'failed' || result === 'rollback-failed';
}

/** A bundle is found in a directory first, and among artifacts where there is none of that name. */
function placeOfBundle(
  { backupArtifact }: BundleInputs,
  { workspace }: World,
): { readonly artifact: string | null; readonly directory: string } {
  const name = (backupArtifact ?? '').trim();
  const { path, type } = lookUpPath(workspace, name);
  return { artifact: type === 'directory' ? null : name, directory: path };
}

function resultOf({ ended, plan, network }: TestedOutcome): Result {
  switch (ended) {
    case 'done':
      return network?.fault == null ? 'rolled-back' : 'rollback-failed';
    case 'failed':
    case 'interrupted':
      return 'rollback-failed';
    case 'not-run':
      return plan.verdict === 'nothing-to-do' ? 'nothing-to-do' : 'failed';
  }
}

function resultOfPlan({ verdict, findings }: RollbackPlan, { failOn, force }: BundleInputs): Result {
  if (verdict === 'nothing-to-do') return 'nothing-to-do';
  const severities = findings.map(({ weight }) => severityOf(weight, force));
  const fails =
    failOn !== 'never' &&
    (severities.includes('error') || (failOn === 'warning' && severities.includes('warning')));
  return fails ? 'failed' : 'passed';
}
