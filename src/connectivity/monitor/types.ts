/** How a connection goes: to a pod of its own node, to one of another, to one of another through a Service. */
export type Way = 'same-node' | 'cross-node' | 'service';
export type Protocol = 'tcp' | 'udp';

/** One connection that is held. */
export interface HeldPath {
  readonly way: Way;
  readonly protocol: Protocol;
  /** Names of nodes. */
  readonly from: string;
  readonly to: string;
}

/** A time in which a connection had no answer. Times are ms since the epoch, by the clock of this program. */
export interface Gap {
  readonly startedAt: number;
  readonly ms: number;
  /** Whether there was no answer yet as it was looked at. */
  readonly isOpen: boolean;
}

/** What a held connection went through so far. */
export interface PathReading {
  readonly path: HeldPath;
  /** Those of the recording threshold and longer, oldest first. */
  readonly gaps: readonly Gap[];
  /** Also where it is below the threshold; null where there was no answer at all. */
  readonly longest: Gap | null;
  readonly sent: number;
  readonly lost: number;
  readonly reordered: number;
  /** When a TCP connection was gone and had to be opened anew. */
  readonly resets: readonly number[];
  /** How long the probe had no processor and could not tell, in ms. */
  readonly missedMs: number;
}

/** All that is known of the connections of one or of all pods that hold them. */
export interface Readings {
  readonly paths: readonly PathReading[];
  /** What could not be measured, and why; each a sentence. */
  readonly unmeasured: readonly string[];
  /** By how much the times may be off against this program's clock, in ms. */
  readonly clockErrorMs: number;
}

/** A time in which something was changed. */
export interface StageTime {
  readonly stage: string;
  readonly title: string;
  /** Nodes of the wave; empty where nobody knows or none is. */
  readonly nodes: readonly string[];
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A gap, and what was being changed as it began. */
export interface AttributedGap extends Gap {
  readonly path: HeldPath;
  /** Null where it lies in none. */
  readonly stage: Pick<StageTime, 'stage' | 'title'> | null;
  /** Those nodes of the stage that the path touches. */
  readonly changedNodes: readonly string[];
}
