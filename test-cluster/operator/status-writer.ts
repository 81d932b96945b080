import type { ClusterClient, KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';
import { listAt, textAt } from '../ready-made/fields.js';
import {
  type Condition,
  conditionsOf,
  daemonSetProgress,
  deploymentProgress,
  podFailure,
  putCondition,
  type Rollout,
  type StatusState,
} from './conditions.js';
import type { Fault, StatusName } from './faults.js';
import { OPERATOR_MANAGER } from './object-writer.js';
import type { Outcome, Watched } from './outcome.js';

const OPERATOR_API = 'operator.tigera.io/v1';

/** One TigeraStatus, as long as one run of an operator lasts (tigera/operator v1.36.16 `pkg/controller/status/status.go`). */
export class StatusWriter {
  readonly name: StatusName;
  private readonly client: ClusterClient;
  private isReadyToMonitor = false;
  private degraded: StatusState['degraded'] = null;
  private observedGeneration = 0;
  private watched: readonly Watched[] = [];
  private rollout: Rollout = { progressing: [], failing: [] };
  private hasLooked = false;

  constructor(client: ClusterClient, name: StatusName) {
    this.client = client;
    this.name = name;
  }

  /** Takes in how far a pass got. What was written before stays until the pass that is done, but for Degraded. */
  async accept(outcome: Outcome): Promise<void> {
    if (outcome.type === 'absent') return this.remove();
    this.observedGeneration = outcome.generation;
    if (outcome.type === 'waiting') return;
    if (outcome.type === 'degraded') {
      // the error comes behind a colon, which is there in any case
      this.degraded = { reason: outcome.reason, message: `${outcome.message}: ${outcome.error}` };
      return;
    }
    this.degraded = null;
    this.watched = outcome.watched;
    this.isReadyToMonitor = true;
  }

  /** Whether all is well, as of the last {@link write}. */
  get isAvailable(): boolean {
    const { progressing, failing } = this.rollout;
    return this.hasLooked && this.degraded === null && progressing.length === 0 && failing.length === 0;
  }

  /** Looks at the workloads and writes what changed. */
  async write(faults: readonly Fault[]): Promise<void> {
    const isEarly = faults.some((fault) => fault.type === 'early-available');
    this.rollout = this.isReadyToMonitor && !isEarly ? await this.look() : { progressing: [], failing: [] };
    this.hasLooked = this.isReadyToMonitor;
    const { isReadyToMonitor, degraded, rollout } = this;
    const conditions = conditionsOf({ isReadyToMonitor, degraded, rollout });
    for (const condition of withFlicker(conditions, faults, this.name)) await this.put(condition);
  }

  /** Removes the TigeraStatus, as where the object that it is about is gone (`OnCRNotFound`). */
  private async remove(): Promise<void> {
    this.isReadyToMonitor = false;
    this.hasLooked = false;
    this.degraded = null;
    await this.client.delete(this.reference);
  }

  private get reference(): ObjectReference {
    return { apiVersion: OPERATOR_API, kind: 'TigeraStatus', namespace: null, name: this.name };
  }

  private async look(): Promise<Rollout> {
    const progressing: string[] = [];
    const failing: string[] = [];
    for (const { kind, namespace, name } of this.watched) {
      const workload = await this.client.get({ apiVersion: 'apps/v1', kind, namespace, name });
      if (!workload) continue;
      const progress = kind === 'DaemonSet' ? daemonSetProgress(workload) : deploymentProgress(workload);
      if (progress === null) continue;
      progressing.push(progress);
      const failure = await this.failureOf(namespace, workload);
      if (failure !== null) failing.push(failure);
    }
    return { progressing, failing };
  }

  /** Why a pod of a workload fails; null where none does. */
  private async failureOf(namespace: string, workload: KubernetesObject): Promise<string | null> {
    const labelSelector = `k8s-app=${textAt(workload, 'spec', 'selector', 'matchLabels', 'k8s-app')}`;
    for await (const { items } of this.client.list(
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace, labelSelector },
    )) {
      for (const pod of items) {
        const failure = podFailure(pod);
        if (failure !== null) return failure;
      }
    }
    return null;
  }

  /** Each condition is a write of its own, so that a reader may see one new and the others old. */
  private async put(condition: Condition): Promise<void> {
    const live = await this.client.get(this.reference);
    const next = putCondition(
      listAt(live, 'status', 'conditions'),
      condition,
      this.observedGeneration,
      timestamp(),
    );
    if (!next) return;
    const options = { fieldManager: OPERATOR_MANAGER };
    if (!live) {
      const object = {
        apiVersion: OPERATOR_API,
        kind: 'TigeraStatus',
        metadata: { name: this.name },
        spec: {},
      };
      await this.client.create(object, options);
    }
    const body = { status: { conditions: next } };
    await this.client.patch(this.reference, { type: 'merge', body }, { ...options, subresource: 'status' });
  }
}

/** Conditions with the told contradiction. */
function withFlicker(
  conditions: readonly Condition[],
  faults: readonly Fault[],
  name: StatusName,
): readonly Condition[] {
  if (!faults.some((fault) => fault.type === 'flicker' && fault.status === name)) return conditions;
  return [
    { type: 'Available', status: 'True', reason: 'AllObjectsAvailable', message: 'All objects available' },
    {
      type: 'Degraded',
      status: 'True',
      reason: 'ResourceUpdateError',
      message: 'Error creating / updating resource: ',
    },
  ];
}

/** As Kubernetes writes times: to the second. */
function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
