import type { Step, Wave } from './step.js';

/** No other DaemonSet than calico-node moves packets. */
export function isNodeWave({ stage, wave }: Step): boolean {
  return stage === 'node' && wave !== null;
}

/** The DaemonSet whose pods move packets, where they change. */
export function nodesOf(steps: readonly Step[]): Wave['daemonSet'] | null {
  const canary = steps.flatMap(({ gates }) => gates).find((gate) => gate.kind === 'canary');
  return steps.find(isNodeWave)?.wave?.daemonSet ?? canary?.workload.object ?? null;
}
