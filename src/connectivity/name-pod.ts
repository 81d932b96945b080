import { shortDigest } from './probe-pod.js';

/** The name of a node's pod for a role, in a round: old and new pods of a node never share one. */
export function podName(role: string, node: string, round: number): string {
  return `${role}-${shortDigest(node)}-${round}`;
}

/** A server that says its name and does nothing else: whatever is asked for, `/hostname` is what is answered. */
export function serverArgs(http: number, udp: number): readonly string[] {
  return ['netexec', `--http-port=${http}`, `--udp-port=${udp}`, '--http-override=/hostname'];
}
