import { describe, expect, test } from '@jest/globals';
import {
  createFaultPlan,
  type Fault,
  type FaultPlan,
  MIXED_FAULTS,
} from '../../../test-cluster/fault-proxy/faults.js';
import { describeRequest, type RequestInfo } from '../../../test-cluster/fault-proxy/request-info.js';

function request(method: string, url: string): RequestInfo {
  return describeRequest({ method, url, contentType: '', body: '' });
}

const LIST = request('GET', '/api/v1/configmaps');
const FURTHER = request('GET', '/api/v1/configmaps?continue=abc');
const WATCH = request('GET', '/api/v1/configmaps?watch=true');
const GET_NODE = request('GET', '/api/v1/nodes/a');
const CREATE = request('POST', '/api/v1/namespaces/n/configmaps');

const status = (code: number): Fault => ({ kind: 'status', status: code });

/** What becomes of these requests, one after another: a status, the kind of another fault, or nothing. */
function outcomes(plan: FaultPlan, requests: readonly RequestInfo[]): readonly (string | number)[] {
  return requests.map((asked) => {
    const fault = plan.next(asked);
    return fault?.kind === 'status' ? fault.status : (fault?.kind ?? '');
  });
}

const repeat = (asked: RequestInfo, times: number): readonly RequestInfo[] =>
  new Array<RequestInfo>(times).fill(asked);

describe('a rule', () => {
  test('without conditions is for every request', () => {
    const plan = createFaultPlan(1);
    plan.add({ fault: status(500) });
    expect(outcomes(plan, [LIST, CREATE, WATCH])).toEqual([500, 500, 500]);
  });

  test('is for a verb of a kind, the N-th time only', () => {
    const plan = createFaultPlan(1);
    plan.add({ match: { verb: 'create', resource: 'configmaps' }, nth: 2, fault: status(500) });
    expect(outcomes(plan, [LIST, CREATE, GET_NODE, CREATE, CREATE])).toEqual(['', '', '', 500, '']);
  });

  test('counts from when it is added', () => {
    const plan = createFaultPlan(1);
    plan.next(LIST);
    plan.add({ nth: 1, fault: status(500) });
    expect(outcomes(plan, [LIST, LIST])).toEqual([500, '']);
  });

  test('is for so many requests and no more', () => {
    const plan = createFaultPlan(1);
    plan.add({ times: 2, fault: status(500) });
    expect(outcomes(plan, repeat(LIST, 4))).toEqual([500, 500, '', '']);
  });

  test('comes before those that are added later, which count all the same', () => {
    const plan = createFaultPlan(1);
    plan.add({ nth: 1, fault: status(500) });
    plan.add({ nth: 2, fault: status(503) });
    plan.add({ match: { verb: 'list' }, fault: status(429) });
    expect(outcomes(plan, repeat(LIST, 3))).toEqual([500, 503, 429]);
  });

  test('is not used up by a request that an earlier one took', () => {
    const plan = createFaultPlan(1);
    plan.add({ nth: 1, fault: status(500) });
    plan.add({ times: 1, fault: status(503) });
    expect(outcomes(plan, repeat(LIST, 3))).toEqual([500, 503, '']);
  });

  test('may be left to chance', () => {
    const plan = createFaultPlan(1);
    plan.add({ probability: 0.25, fault: status(500) });
    const hits = outcomes(plan, repeat(LIST, 1000)).filter((outcome) => outcome === 500);
    expect(hits.length).toBeGreaterThan(200);
    expect(hits.length).toBeLessThan(300);
  });

  test('ends with all others', () => {
    const plan = createFaultPlan(1);
    plan.add({ fault: status(500) });
    plan.disturb(1);
    plan.clear();
    expect(outcomes(plan, repeat(LIST, 20))).toEqual(new Array(20).fill(''));
  });
});

describe('a mix', () => {
  const REQUESTS = [LIST, FURTHER, WATCH, GET_NODE, CREATE];
  const many = Array.from({ length: 600 }, (_, index) => REQUESTS[index % REQUESTS.length] ?? LIST);

  test('has something of everything, as often as was asked for', () => {
    const plan = createFaultPlan(3);
    plan.disturb(0.5);
    const seen = many.map((asked) => plan.next(asked)).filter((fault) => fault !== null);
    expect(new Set(seen.map((fault) => JSON.stringify(fault)))).toEqual(
      new Set(MIXED_FAULTS.map((fault) => JSON.stringify(fault))),
    );
    expect(seen.length).toBeGreaterThan(230);
    expect(seen.length).toBeLessThan(340);
  });

  test('tells 410 only to a watch, or to who asks for a further page', () => {
    const plan = createFaultPlan(3);
    plan.disturb(1, [{ kind: 'expired' }]);
    expect(outcomes(plan, REQUESTS)).toEqual(['', 'expired', 'expired', '', '']);
  });

  test('is the same again for the same seed, and another one for another', () => {
    const play = (seed: number): readonly (string | number)[] => {
      const plan = createFaultPlan(seed);
      plan.add({ match: { verb: 'list' }, probability: 0.3, fault: status(504) });
      plan.disturb(0.4);
      return outcomes(plan, many);
    };
    expect(play(7)).toEqual(play(7));
    expect(play(7)).not.toEqual(play(8));
    expect(play(0)).not.toEqual(play(1));
  });

  test('comes behind the rules', () => {
    const plan = createFaultPlan(1);
    plan.disturb(1, [status(503)]);
    plan.add({ nth: 1, fault: status(429) });
    expect(outcomes(plan, [LIST, LIST])).toEqual([429, 503]);
  });
});
