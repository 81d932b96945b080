import { setTimeout as sleep } from 'node:timers/promises';
import { ActionError, ClusterError } from '../../src/errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  ObjectReference,
} from '../../src/ports/cluster-client.js';
import { CALICO_API } from '../ready-made/calico-objects.js';
import { listAt, numberAt, textAt, valueAt } from '../ready-made/fields.js';
import { whileAsked } from './asked-client.js';
import { DefinitionKeeper, embeddedDefinitions } from './definitions.js';
import { FAULT_CONFIG_MAP, type Fault, readFaults } from './faults.js';
import { ObjectWriter } from './object-writer.js';
import { OperatorRun } from './operator-run.js';
import { operatorRelease } from './releases.js';
import type { ApiEndpoint } from './render/api-server.js';

/** The Deployment whose image says which operator runs, and whose replicas say whether it does. */
export const OPERATOR_DEPLOYMENT: ObjectReference = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'tigera-operator',
  name: 'tigera-operator',
};

export interface StandInOptions {
  /** How long a new operator takes until it works. Default: 0. */
  readonly startupMs?: number;
  /** How often workloads are looked at and statuses written; the real one does it every 5 s. Default: 500. */
  readonly statusIntervalMs?: number;
  /** How often definitions are looked at; the real one does it with each pass, every 5 min at least. Default: 5000. */
  readonly definitionIntervalMs?: number;
  /** Where Calico's API is served; without it the API is not registered. */
  readonly endpoint?: ApiEndpoint;
  readonly onLog?: (text: string) => void;
}

/** A stand-in that works. */
export interface StandInOperator {
  /** The operator that runs now: `v1.36.16`; null where none does. */
  readonly running: () => string | null;
  /** Takes the place of all faults told before, those of the ConfigMap apart. */
  readonly setFaults: (faults: readonly Fault[]) => void;
  /** Resolves once it has gone over all that the cluster holds now and has written its statuses. */
  readonly settle: () => Promise<void>;
  /** Ends it; what it made stays. */
  readonly stop: () => Promise<void>;
}

/** Kinds that wake the operator. */
const WATCHED: readonly ObjectKind[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'operator.tigera.io/v1', kind: 'Installation' },
  { apiVersion: 'operator.tigera.io/v1', kind: 'APIServer' },
  { apiVersion: 'operator.tigera.io/v1', kind: 'ImageSet' },
  { apiVersion: 'operator.tigera.io/v1', kind: 'Goldmane' },
  { apiVersion: 'operator.tigera.io/v1', kind: 'Whisker' },
  { apiVersion: CALICO_API, kind: 'IPPool' },
];

/** Shortest pause between passes: events come in bunches. */
const SETTLE_MS = 50;

/** How long to wait before a watch is tried again whose kind is not served yet. */
const REWATCH_MS = 500;

/**
 * Plays the Tigera operator, as far as an upgrade has to do with it: the Deployment tigera-operator says which release
 * runs (the tag of its image) and whether (its replicas). A stopped one writes nothing; another tag is another run that
 * knows nothing of the one before.
 */
export function startStandInOperator(client: ClusterClient, options: StandInOptions = {}): StandInOperator {
  const standIn = new StandIn(client, options);
  const done = standIn.work();
  return {
    running: () => standIn.version,
    setFaults: (faults) => standIn.setFaults(faults),
    settle: () => standIn.settle(),
    stop: async () => {
      standIn.end();
      await done;
    },
  };
}

class StandIn {
  private readonly client: ClusterClient;
  private readonly options: StandInOptions;
  private readonly ending = new AbortController();
  private run: OperatorRun | null = null;
  private identity = '';
  private told: readonly Fault[] = [];
  private configured: readonly Fault[] = [];
  private wake: () => void = () => undefined;
  private wakeUps = 0;
  private lastStatusMs = 0;
  private waiters: (() => void)[] = [];

  constructor(client: ClusterClient, options: StandInOptions) {
    this.client = client;
    this.options = options;
  }

  get version(): string | null {
    return this.run?.version ?? null;
  }

  setFaults(faults: readonly Fault[]): void {
    this.told = faults;
    this.nudge();
  }

  settle(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push(resolve);
      this.nudge();
    });
  }

  end(): void {
    this.ending.abort();
    this.nudge();
  }

  /** Works until it is ended. */
  async work(): Promise<void> {
    const watches = WATCHED.map((kind) => this.watch(kind));
    while (!this.ending.signal.aborted) {
      this.wakeUps = 0;
      const waiters = this.waiters;
      this.waiters = [];
      if (waiters.length > 0) this.lastStatusMs = 0;
      await this.pass();
      for (const resolve of waiters) resolve();
      await this.rest(this.wakeUps > 0 ? SETTLE_MS : Math.max(SETTLE_MS, this.statusDueMs()));
    }
    for (const resolve of this.waiters) resolve();
    await Promise.all(watches);
  }

  /** Milliseconds until statuses are due; a whole interval while nothing runs. */
  private statusDueMs(): number {
    const { statusIntervalMs = 500 } = this.options;
    return this.run ? Math.max(0, this.lastStatusMs + statusIntervalMs - Date.now()) : statusIntervalMs;
  }

  private nudge(): void {
    this.wakeUps += 1;
    this.wake();
  }

  /** Sleeps until something happens, or until it is time to look at the workloads again. */
  private async rest(ms: number): Promise<void> {
    const waking = new AbortController();
    this.wake = () => waking.abort();
    await sleep(ms, undefined, { signal: waking.signal }).catch(() => undefined);
    this.wake = () => undefined;
  }

  /** Sleeps, unless it is ended. */
  private async sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.ending.signal }).catch(() => undefined);
  }

  private async pass(): Promise<void> {
    try {
      const run = await this.currentRun();
      if (!run) return;
      this.configured = readFaults(await this.client.get(FAULT_CONFIG_MAP));
      await run.reconcile();
      if (this.statusDueMs() > 0) return;
      await run.writeStatuses();
      this.lastStatusMs = Date.now();
    } catch (error) {
      // A conflict, or a namespace that is going: the next pass sees the new state, as a requeue does.
      if (!(error instanceof ActionError) && !(error instanceof SyntaxError)) throw error;
      this.options.onLog?.(`operator: ${error.message}`);
      await this.rest(100);
    }
  }

  /** The run that the Deployment asks for; null where it asks for none. */
  private async currentRun(): Promise<OperatorRun | null> {
    const deployment = await this.client.get(OPERATOR_DEPLOYMENT);
    const identity = deployment ? identityOf(deployment) : '';
    if (identity === this.identity) return this.run;
    this.identity = identity;
    this.run = null;
    if (!deployment || identity === '') return null;
    await this.sleep(this.options.startupMs ?? 0);
    this.run = this.newRun(deployment);
    return this.run;
  }

  private newRun(deployment: KubernetesObject): OperatorRun | null {
    const { options } = this;
    const identity = identityOf(deployment);
    const client = whileAsked(this.client, async () => {
      const live = await this.client.get(OPERATOR_DEPLOYMENT);
      return live !== null && identityOf(live) === identity;
    });
    const log = options.onLog ?? ((): void => undefined);
    const [container] = listAt(deployment, 'spec', 'template', 'spec', 'containers');
    const tag = tagOf(textAt(container, 'image'));
    const release = operatorRelease(tag);
    if (!release) {
      log(`operator: the catalog does not know which Calico operator ${tag} installs, so it does nothing`);
      return null;
    }
    log(`operator: ${tag} starts, with Calico ${release.calico}`);
    const args: unknown = valueAt(container, 'args');
    const managesDefinitions =
      release.hasDefinitions &&
      Array.isArray(args) &&
      args.some((arg) => /^--?manage-crds(?:=true)?$/.test(String(arg)));
    const writer = new ObjectWriter(client);
    const definitions = managesDefinitions ? embeddedDefinitions(release.calico) : [];
    return new OperatorRun({
      client,
      release,
      writer,
      definitions: new DefinitionKeeper(writer, definitions, options.definitionIntervalMs ?? 5000),
      endpoint: options.endpoint ?? null,
      faults: () => [...this.told, ...this.configured],
      log,
    });
  }

  /** Wakes the loop whenever an object of a kind changes. */
  private async watch(kind: ObjectKind): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await this.follow(kind).catch((error: unknown) => {
        if (!(error instanceof ClusterError)) throw error; // the kind is not served yet, or the server is away
      });
      await this.sleep(REWATCH_MS);
    }
  }

  private async follow(kind: ObjectKind): Promise<void> {
    for await (const event of this.client.watch(kind, { signal: this.ending.signal })) {
      if (event.type !== 'snapshot' || event.objects.length > 0) this.nudge();
    }
  }
}

/** What makes a run another one: the pods' template; empty where there are no replicas. */
function identityOf(deployment: KubernetesObject): string {
  if (valueAt(deployment, 'spec', 'replicas') !== undefined && numberAt(deployment, 'spec', 'replicas') === 0)
    return '';
  return `${deployment.metadata.uid ?? ''} ${JSON.stringify(valueAt(deployment, 'spec', 'template'))}`;
}

function tagOf(image: string): string {
  const [reference = ''] = image.split('@');
  return reference.slice(reference.lastIndexOf(':') + 1);
}
