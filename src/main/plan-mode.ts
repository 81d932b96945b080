import { type World, terminalOf } from '../adapters/environment.js';
import { readMarkdownLinks } from '../adapters/github-event.js';
import { createClusterClient } from '../adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../adapters/manifests/manifest-source.js';
import { createReportDirectory } from '../adapters/report-directory.js';
import { InputError } from '../errors.js';
import type { PlanInputs } from '../inputs.js';
import type { Policy } from '../policy/policy.js';
import type { Reporter } from '../ports/reporter.js';
import { buildPlanReport } from '../report/plan/plan-report.js';
import { publishPlan } from '../report/plan/publish-plan.js';
import { severityOf } from '../report/plan/severity-of.js';
import type { Result } from '../report/report.js';
import { createManifestReader } from '../upgrade/customisations/read-manifest.js';
import type { UpgradePlan } from '../upgrade/plan/plan.js';
import { runPlan } from '../upgrade/plan/run-plan.js';
import { networkAlone } from './network-alone.js';

/** Runs `plan`, and the network test by itself where that is asked for. Gives whether it failed. */
export async function runPlanMode(
  inputs: PlanInputs,
  world: World,
  reporter: Reporter,
  policy: Policy,
): Promise<boolean> {
  if (inputs.kubeconfig === null) {
    throw new InputError(
      'kubeconfig',
      'The mode plan needs a cluster, and the input kubeconfig is empty.',
      'Give it the text of a kubeconfig, base64 of it, or a path.',
    );
  }
  const client = await createClusterClient(inputs.kubeconfig, inputs.context, {
    mask: reporter.mask,
    directory: world.workspace,
    variables: world.variables,
  });
  const manifests = createManifestReader(
    createManifestSource(inputs.manifests, world.workspace, world.variables),
  );
  const plan = await runPlan(client, manifests, {
    target: inputs.target,
    kubernetes: inputs.kubernetesVersion,
    installMethod: inputs.installMethod,
    canaryNodes: inputs.canaryNodes,
    maxUnavailable: inputs.maxUnavailable,
    soakMs: inputs.soakMs,
    force: inputs.force,
    inspectNodes: inputs.inspectNodes,
    policy,
    onProgress: reporter.progress,
  });
  const network = await networkAlone(client, plan.state, inputs.networkTest, { world, reporter });
  const result = network?.fault != null && inputs.failOn !== 'never' ? 'failed' : resultOf(plan, inputs);
  await publishPlan(buildPlanReport(plan, { force: inputs.force, result, network }), {
    reporter,
    store: createReportDirectory(world.workspace, inputs.reportDir),
    links: readMarkdownLinks(world.variables, null),
    terminal: terminalOf(world),
  });
  return result === 'failed';
}

function resultOf({ verdict, findings }: UpgradePlan, { failOn, force }: PlanInputs): Result {
  if (verdict === 'nothing-to-do') return 'nothing-to-do';
  const severities = findings.map(({ weight }) => severityOf(weight, force));
  const fails =
    failOn !== 'never' &&
    (severities.includes('error') || (failOn === 'warning' && severities.includes('warning')));
  return fails ? 'failed' : 'passed';
}
