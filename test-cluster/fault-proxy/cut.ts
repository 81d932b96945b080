import type { Fault, Moment } from './faults.js';
import type { RequestInfo } from './request-info.js';

/** A line that dies at one write, and stays dead. */
export interface Cut {
  readonly arm: (nth: number, at: Moment, onCut: () => void) => void;
  readonly mend: () => void;
  readonly isCut: () => boolean;
  /** What the cut does to a request; null: nothing. */
  readonly next: (request: RequestInfo) => Fault | null;
}

export function createCut(): Cut {
  let writesLeft: number | null = null;
  let moment: Moment = 'before';
  let isCut = false;
  let notify: () => void = () => undefined;
  return {
    arm(nth, at, onCut) {
      writesLeft = nth;
      moment = at;
      notify = onCut;
    },
    mend() {
      writesLeft = null;
      isCut = false;
    },
    isCut: () => isCut,
    next(request) {
      if (isCut) return { kind: 'reset', at: 'before' };
      if (writesLeft === null || !request.isWrite) return null;
      writesLeft -= 1;
      if (writesLeft > 0) return null;
      isCut = true;
      notify();
      return { kind: 'reset', at: moment };
    },
  };
}
