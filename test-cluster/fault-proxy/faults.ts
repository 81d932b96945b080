import { seededRandom } from './random.js';
import type { RequestInfo } from './request-info.js';

/** Before the request reaches the API server, or after the server has carried it out. */
export type Moment = 'before' | 'after';

/** What goes wrong with a request. */
export type Fault =
  /** The proxy answers with this status, as an API server would; the server sees nothing. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** 410 Expired: as an event of a watch, as the answer to a further page of a list. */
  | { readonly kind: 'expired' }
  /** The connection breaks. */
  | { readonly kind: 'reset'; readonly at: Moment }
  /** No answer, ever. */
  | { readonly kind: 'stall'; readonly at: Moment }
  /** Half of the server's answer, then the connection breaks. */
  | { readonly kind: 'half' }
  /** The answer comes later. */
  | { readonly kind: 'latency'; readonly ms: number };

/** Which requests: all that have these values. */
export type Match = Partial<RequestInfo>;

/** When a fault happens to which requests. */
export interface FaultRule {
  readonly fault: Fault;
  readonly match?: Match;
  /** Only to the N-th request that matches, counted from 1 when the rule is added. */
  readonly nth?: number;
  /** To so many requests and no more; one that another rule took does not count. */
  readonly times?: number;
  /** From 0 to 1, by the proxy's seed; 1 where nothing is said. */
  readonly probability?: number;
}

/** The kinds of faults that {@link FaultPlan.disturb} mixes. */
export const MIXED_FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, retryAfterSeconds: 0 },
  { kind: 'status', status: 503 },
  { kind: 'reset', at: 'before' },
  { kind: 'reset', at: 'after' },
  { kind: 'stall', at: 'before' },
  { kind: 'stall', at: 'after' },
  { kind: 'half' },
  { kind: 'expired' },
];

/** Decides what goes wrong. The same seed and the same requests, one after another, give the same faults. */
export interface FaultPlan {
  readonly add: (rule: FaultRule) => void;
  /** Something of everything, to any request with this probability. */
  readonly disturb: (probability: number, faults?: readonly Fault[]) => void;
  readonly clear: () => void;
  /** The fault for a request; null for none. To be asked once a request. */
  readonly next: (request: RequestInfo) => Fault | null;
}

interface CountedRule extends FaultRule {
  seen: number;
  done: number;
}

export function createFaultPlan(seed: number): FaultPlan {
  const random = seededRandom(seed);
  let rules: CountedRule[] = [];
  let mix: { readonly probability: number; readonly faults: readonly Fault[] } | null = null;

  function isDue(rule: CountedRule, request: RequestInfo): boolean {
    if (!matches(request, rule.match ?? {})) return false;
    rule.seen += 1;
    if (rule.nth !== undefined && rule.seen !== rule.nth) return false;
    if (rule.times !== undefined && rule.done >= rule.times) return false;
    return rule.probability === undefined || random() < rule.probability;
  }

  return {
    add: (rule) => void rules.push({ ...rule, seen: 0, done: 0 }),
    disturb(probability, faults = MIXED_FAULTS) {
      mix = { probability, faults };
    },
    clear() {
      rules = [];
      mix = null;
    },
    next(request) {
      // Every rule counts, also behind one that is due.
      const [due] = rules.filter((rule) => isDue(rule, request));
      if (due !== undefined) {
        due.done += 1;
        return due.fault;
      }
      if (mix === null || random() >= mix.probability) return null;
      const fault = mix.faults[Math.floor(random() * mix.faults.length)] ?? null;
      return fault?.kind === 'expired' && !canExpire(request) ? null : fault;
    },
  };
}

/** Only what builds on an older answer can be told that this is gone. */
export function canExpire(request: RequestInfo): boolean {
  return request.verb === 'watch' || request.isContinued;
}

function matches(request: RequestInfo, match: Match): boolean {
  return Object.entries(match).every(([key, value]) => request[key as keyof RequestInfo] === value);
}
