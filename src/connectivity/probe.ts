import type { ScenarioName } from './scenarios/scenario-name.js';

/** A pod of the network test as it runs. */
export interface PodAt {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  /** One of each address family, the pod's first family first; those of the node where it is in the host's network. */
  readonly addresses: readonly string[];
  /** The round of the test that made it. */
  readonly round: number;
}

/** What a probe sends, and what it wants to hear. */
export type Check =
  /** An HTTP request with so many bytes beside itself; `answers` are names of pods of which one has to answer; null for anybody. */
  | {
      readonly kind: 'http';
      readonly host: string;
      readonly port: number;
      readonly fillBytes: number;
      readonly answers: readonly string[] | null;
      /** Where it is asked that from: the answer is the sender's address, as agnhost's netexec sees it. */
      readonly asks?: '/clientip';
    }
  /** An HTTP request for a path, to a pod with a proxy before it that may refuse it; `answers` as above. */
  | {
      readonly kind: 'path';
      readonly method: 'GET' | 'POST';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly answers: readonly string[];
    }
  /** A connection and no more. `host` may be a name. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** A datagram that is answered: a short one, the largest that is not cut up, or one that has to be. */
  | {
      readonly kind: 'udp';
      readonly host: string;
      readonly port: number;
      readonly size: 'small' | 'fits' | 'exceeds';
    };

/**
 * `reached`: there is the answer that is wanted; `blocked`: there is none; `refused`: somebody answers that this is not
 * allowed (403).
 */
export type Expected = 'reached' | 'blocked' | 'refused';

/** One try of a scenario on one path. */
export interface Probe {
  /** The same in every round, whatever the pods' names are: by it before and after are compared. */
  readonly key: string;
  readonly scenario: ScenarioName;
  readonly from: PodAt;
  /** For people: `pod target on worker-2 (10.0.2.7:8080)`. */
  readonly to: string;
  /** The pod that has to answer; null where that is no one pod's. */
  readonly target: PodAt | null;
  /** The node at the other end; null where it is not known beforehand. */
  readonly toNode: string | null;
  readonly check: Check;
  readonly expected: Expected;
}

/** What a probe saw. */
export type ProbeSeen =
  | { readonly kind: Expected; readonly text: string; readonly ms: number }
  /** The command did not run: nothing is known of the path. */
  | { readonly kind: 'not-run'; readonly text: string };

/** Ports of the pods' servers. Those of nodes are none that anything is known to use; `ofNode` leads to a pod. */
export const PORTS = { http: 8080, udp: 8081, hostHttp: 28_180, hostUdp: 28_181, ofNode: 28_182 } as const;

/** `10.0.0.1:80`, `[fd00::1]:80`, `name:80`. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
