import { reconcileApiServer, reconcileTiers, writeApiServerState } from './api-server-controller.js';
import type { StatusName } from './faults.js';
import { reconcileGoldmane, reconcileWhisker } from './flow-controllers.js';
import { reconcileInstallation, writeInstallationStatus } from './installation-controller.js';
import { degraded, type Outcome } from './outcome.js';
import { reconcilePools } from './pool-controller.js';
import type { RunContext } from './run-context.js';
import { StatusWriter } from './status-writer.js';

type Reconcile = (context: RunContext) => Promise<Outcome>;

interface Controller {
  readonly status: StatusWriter;
  readonly reconcile: Reconcile;
  /** What is written once all is available. */
  readonly whenAvailable: (context: RunContext) => Promise<void>;
}

/** An operator of one release, from its start to its end: what it knows dies with it. */
export class OperatorRun {
  private readonly context: RunContext;
  private readonly controllers: readonly Controller[];
  private hasStarted = false;

  constructor(context: RunContext) {
    this.context = context;
    const controller = (
      name: StatusName,
      reconcile: Reconcile,
      whenAvailable: Controller['whenAvailable'] = () => Promise.resolve(),
    ): Controller => ({ status: new StatusWriter(context.client, name), reconcile, whenAvailable });
    this.controllers = [
      controller('calico', reconcileInstallation, writeInstallationStatus),
      ...(context.release.ownsPools ? [controller('ippools', reconcilePools)] : []),
      controller('apiserver', reconcileApiServer, writeApiServerState),
      ...(context.release.reportsTiers ? [controller('tiers', reconcileTiers)] : []),
      ...(context.release.hasFlows
        ? [controller('goldmane', reconcileGoldmane), controller('whisker', reconcileWhisker)]
        : []),
    ];
  }

  /** The release that runs: `v1.36.16`. */
  get version(): string {
    return this.context.release.version;
  }

  /** One pass of every controller. */
  async reconcile(): Promise<void> {
    if (!this.hasStarted) await this.context.definitions.ensure();
    this.hasStarted = true;
    for (const { status, reconcile, whenAvailable } of this.controllers) {
      const outcome = await reconcile(this.context);
      await status.accept(this.asTold(status.name) ?? outcome);
      if (status.isAvailable) await whenAvailable(this.context);
    }
  }

  /** Writes every TigeraStatus. */
  async writeStatuses(): Promise<void> {
    for (const { status } of this.controllers) await status.write(this.context.faults());
  }

  /** The complaint that it was told to have; null where it was told none. */
  private asTold(name: StatusName): Outcome | null {
    const told = this.context.faults().find((fault) => fault.type === 'degrade' && fault.status === name);
    if (told?.type !== 'degrade') return null;
    return degraded(
      0,
      told.reason ?? 'ResourceUpdateError',
      told.message ?? 'Error creating / updating resource',
    );
  }
}
