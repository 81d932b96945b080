/** A run that is told to stop has 7.5 s until the runner kills it. */
const GRACE_MS = 7_000;

/** Told of SIGINT and SIGTERM until it is disposed of. */
export interface StopSignals {
  /** Aborted by the first of them. */
  readonly signal: AbortSignal;
  readonly dispose: () => void;
}

/**
 * Listens to SIGINT and SIGTERM. The first one asks the run to stop by itself; where it has not within seven seconds, or
 * at the second, the process ends with the status that shells give it.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-cancellation
 */
export function listenForStop(onStop: (name: string) => void): StopSignals {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  function stop(name: NodeJS.Signals, status: number): void {
    if (controller.signal.aborted) process.exit(status);
    timer = setTimeout(() => process.exit(status), GRACE_MS);
    controller.abort();
    onStop(name);
  }
  const onInterrupt = (): void => stop('SIGINT', 130);
  const onTerminate = (): void => stop('SIGTERM', 143);
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      clearTimeout(timer);
    },
  };
}
