import type { Fault, Moment } from './faults.js';
import type { RequestInfo } from './request-info.js';

/** How and when a line dies. */
export interface CutOrder {
  /** At the N-th write from now. */
  readonly nth: number;
  /** Which writes count. */
  readonly isCounted: (write: RequestInfo) => boolean;
  readonly at: Moment;
  /** Breaks what is open, but for that write. */
  readonly sever: () => void;
  /** Is called once the server has not seen the write, or has done it, and before the client sees anything. */
  readonly onCut: () => void;
}

/** What a cut does to a request. */
export interface CutEffect {
  readonly fault: Fault;
  /** To be called when the fault happens. */
  readonly onFault: () => void;
}

/** A line that dies at one write, and stays dead. */
export interface Cut {
  readonly arm: (order: CutOrder) => void;
  readonly mend: () => void;
  readonly isCut: () => boolean;
  /** What the cut does to a request; null: nothing. */
  readonly next: (request: RequestInfo) => CutEffect | null;
}

export function createCut(): Cut {
  let order: CutOrder | null = null;
  let writesLeft = 0;
  let isCut = false;
  return {
    arm(given) {
      order = given;
      writesLeft = given.nth;
    },
    mend() {
      order = null;
      isCut = false;
    },
    isCut: () => isCut,
    next(request) {
      if (isCut) return { fault: { kind: 'reset', at: 'before' }, onFault: () => undefined };
      if (order === null || !request.isWrite || !order.isCounted(request)) return null;
      writesLeft -= 1;
      if (writesLeft > 0) return null;
      isCut = true;
      order.sever();
      return { fault: { kind: 'reset', at: order.at }, onFault: order.onCut };
    },
  };
}
