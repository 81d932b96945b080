import type { HelmRelease } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import { inspect } from '../../cluster/inspect.js';
import { canonicalText } from '../../cluster/fields.js';
import { chooseReleaseSecrets } from '../../cluster/interpret/helm-release.js';
import { referenceOf } from '../../cluster/object-name.js';
import { ActionError, EnvironmentError } from '../../errors.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Helm } from '../../ports/helm.js';
import { keyOf } from '../customisations/object-key.js';
import { type Run, runSteps } from '../engine/run-steps.js';
import { objectWrite, step } from '../engine/staged-steps.js';
import type { StepResult, Write } from '../engine/step.js';
import { whyStopped } from '../lock/lock.js';
import { inBatches } from '../plan/in-batches.js';
import { failedWrite, isPending } from '../restore/helm-record.js';
import { listRevisions } from '../restore/helm-release.js';
import { objectAsLeft, objectAsWanted } from '../resume/as-user-left-it.js';
import { compareVersions, parseVersion } from '../../version/version.js';
import { isResource, mergeRelease } from './merge-release.js';
import { type ComparedHop, type HopOptions, planHop } from './plan-hop.js';
import { type PreparedHelm, requireRendered } from './prepare-helm.js';
import { ofRelease, type RenderedRelease } from './render-release.js';
import { tryHelm } from './try-helm.js';

/** The cluster when a hop begins. */
export interface HopStart {
  /** As the user left it, where an upgrade that died is gone on with. */
  readonly state: ClusterState;
  /** What the upgrade that died wrote; empty where none did. */
  readonly writes: readonly Write[];
}

/**
 * Carries out a hop of an install by Helm: its steps first, with the canary and all, and Helm notes it last. It finds
 * everything as its chart says, and its history is as it was where a step fails. What Helm puts back of the user's changes
 * is written once more.
 *
 * @param compared for upstream's definitions
 * @throws ClusterError where the cluster cannot be read, EnvironmentError where the release cannot be read any more
 */
export async function hopByHelm(
  prepared: PreparedHelm,
  compared: ComparedHop,
  start: HopStart,
  run: Run & HopOptions,
): Promise<readonly StepResult[]> {
  const { client } = run;
  const rendered = requireRendered(prepared, compared.to);
  const release = requireRelease(start.state);
  const wanted = await wantedByHelm(release, compared, rendered, { client, writes: start.writes });
  const changed = changedByUsers(wanted, rendered);
  const { steps } = await planHop(client, wanted, start.state, run);
  const results = [...(await runSteps(steps, run))];
  if (!areDone(results) || isTold(release, rendered)) return results;
  results.push(await tellHelm(prepared.helm, rendered, changed, run));
  if (!areDone(results)) return results;
  const again = await planHop(client, wanted, await inspect(client), { ...run, isResumed: false });
  return [...results, ...(await runSteps(again.steps, run))];
}

function requireRelease({ calico }: ClusterState): HelmRelease {
  if (calico?.helm) return calico.helm;
  throw new EnvironmentError(
    'The Helm release that installed Calico cannot be read any more.',
    'Find out what became of the Secrets of the release, and run again.',
  );
}

/** Whether a run that died told Helm already. */
function isTold({ status, chartVersion, values }: HelmRelease, { to, move }: RenderedRelease): boolean {
  const present = parseVersion(chartVersion);
  const isThere = status === 'deployed' && present !== null && compareVersions(present, to) === 0;
  return isThere && canonicalText(values) === canonicalText(move.values);
}

/**
 * What a hop is to come to: upstream's definitions, and what the target's chart makes of the release's own values, with the
 * user's changes in it. Those that Helm took back before a run died are read from the journal.
 */
export async function wantedByHelm(
  release: HelmRelease,
  compared: ComparedHop,
  rendered: RenderedRelease,
  { client, writes }: Pick<Run, 'client'> & Pick<HopStart, 'writes'>,
): Promise<ComparedHop> {
  const target = rendered.objects;
  const hasBegun = release.status !== 'deployed' || isTold(release, rendered);
  const asLeft = (object: KubernetesObject): KubernetesObject =>
    objectAsLeft(hasBegun && !isResource(object) ? objectAsWanted(object, writes) : object, writes);
  const definitions = compared.result.objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  const installed = release.objects.map((object) => ofRelease(object, release));
  const all = new Map([...installed, ...target].map((object) => [keyOf(object), object]));
  const found = await inBatches([...all.values()], (object) => client.get(referenceOf(object)));
  const live = found.flatMap((object) => (object === null ? [] : [asLeft(object)]));
  const { objects, obsolete } = mergeRelease({ installed, live, target });
  return { ...compared, result: { objects: [...definitions, ...objects], obsolete } };
}

/** What Helm's merge takes back of users' changes. Resources of the operator's it leaves as they are. */
function changedByUsers({ result }: ComparedHop, { objects }: RenderedRelease): readonly KubernetesObject[] {
  const rendered = new Map(objects.map((object) => [keyOf(object), canonicalText(object)]));
  return result.objects.filter((object) => {
    const text = rendered.get(keyOf(object));
    return text !== undefined && !isResource(object) && text !== canonicalText(object);
  });
}

function areDone(results: readonly StepResult[]): boolean {
  return results.every(({ outcome }) => outcome === 'done');
}

/**
 * Has Helm bring the release to the chart of a hop, once all is as that says.
 *
 * @param changed what is to be as it is now afterwards too, whatever Helm makes of it; the journal says so beforehand
 */
export async function tellHelm(
  helm: Helm,
  { move }: RenderedRelease,
  changed: readonly KubernetesObject[],
  run: Run,
): Promise<StepResult> {
  const begun = run.now();
  const title = `helm upgrade of ${move.name} to ${move.chart.file}`;
  const close = (outcome: StepResult['outcome'], reason: string): StepResult => ({
    stage: 'operator',
    title,
    written: outcome === 'done' ? 1 : 0,
    ms: run.now() - begun,
    outcome,
    reason,
    evidence: [],
  });
  try {
    return await tryHelm(async () => {
      const held = await letGo(move, run);
      if (held !== null) return held;
      if (run.signal.aborted) return close('interrupted', whyStopped(run.signal));
      run.onProgress(title);
      await run.journal.begin('operator', title);
      if (changed.length > 0)
        await run.journal.announce(changed.map((object) => objectWrite(object, object)));
      await helm.upgrade(move);
      return close('done', '');
    }, run);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return close('failed', `${error.message} ${error.remedy}`);
  }
}

/**
 * A Helm that died leaves its revision on its way, and none begins after it; one that a rollback went back from is not the
 * newest any more, and in nobody's way. One to this very chart is an earlier try's of this upgrade; any other is somebody
 * else's, who may be at it now. Null where none is in the way.
 */
async function letGo(move: RenderedRelease['move'], run: Run): Promise<StepResult | null> {
  const { latest } = chooseReleaseSecrets(await listRevisions(run.client, move));
  if (latest === null || !isPending(latest)) return null;
  const write = failedWrite(latest, move.chart.file);
  if (write === null) {
    throw new EnvironmentError(
      `Another helm is at work on the release ${move.namespace}/${move.name}, or died there.`,
      `See helm history ${move.name} --namespace ${move.namespace}. Where none runs, helm rollback to the revision that was deployed ends that.`,
    );
  }
  const title = 'Helm’s revision that was cut off';
  const [result] = await runSteps([step('operator', title, [write])], run);
  return result === undefined || result.outcome === 'done' ? null : result;
}
