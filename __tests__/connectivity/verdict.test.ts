import { describe, expect, it } from '@jest/globals';
import {
  explanationOf,
  isRight,
  plainFailures,
  judge,
  type ProbeOutcome,
} from '../../src/connectivity/verdict.js';
import { buildProbe } from './build-scene.js';

const probe = buildProbe();

function outcome(changes: Partial<ProbeOutcome>): ProbeOutcome {
  const seen = { kind: 'reached', text: '', ms: 1 } as const;
  return { probe, seen, isRight: true, tries: 1, ms: 1, maySettle: false, ...changes };
}

const before = (isRight: boolean): ReadonlyMap<string, boolean> => new Map([[probe.key, isRight]]);

describe('the verdict on a probe', () => {
  it.each([
    ['right at once', {}, before(true), 'passed'],
    ['right, and wrong before', {}, before(false), 'passed'],
    ['right after some tries, of a new pod', { tries: 4, maySettle: true }, before(true), 'passed'],
    ['right after some tries, with nothing new', { tries: 2 }, before(true), 'flaky'],
    ['wrong, and right before', { isRight: false }, before(true), 'regression'],
    ['wrong, and wrong before', { isRight: false }, before(false), 'failed-before'],
    ['wrong, and not tried before', { isRight: false }, new Map(), 'regression'],
    ['wrong in the first round', { isRight: false }, null, 'failed-before'],
  ] as const)('%s', (_, changes, baseline, expected) => {
    expect(judge(outcome(changes), baseline)).toBe(expected);
  });

  it.each(['reached', 'blocked'] as const)(
    'a command that did not run is not right where %s is expected',
    (expected) => {
      expect(isRight({ ...probe, expected }, { kind: 'not-run', text: '' })).toBe(false);
    },
  );
});

describe('what explains a failure', () => {
  it('is a plainer scenario between the same nodes', () => {
    const large = buildProbe({ scenario: 'large-packets' });
    expect(explanationOf(large, plainFailures([large, probe]))).toBe('pod-cross-node');
    expect(explanationOf(probe, plainFailures([large, probe]))).toBeNull();
    expect(explanationOf(large, plainFailures([large, buildProbe({ toNode: 'n3' })]))).toBeNull();
  });

  it('of UDP explains UDP alone', () => {
    const check = { kind: 'udp', host: '10.1.0.2', port: 8081, size: 'small' } as const;
    const failures = plainFailures([buildProbe({ scenario: 'udp', check })]);
    expect(explanationOf(buildProbe({ scenario: 'large-packets', check }), failures)).toBe('udp');
    expect(explanationOf(buildProbe({ scenario: 'large-packets' }), failures)).toBeNull();
    expect(explanationOf(buildProbe({ scenario: 'service', toNode: null, check }), failures)).toBe('udp');
  });

  it('is never something more special', () => {
    const dns = buildProbe({ scenario: 'dns', toNode: null, target: null });
    expect(explanationOf(buildProbe({ scenario: 'service', toNode: null }), plainFailures([dns]))).toBeNull();
    expect(explanationOf(dns, plainFailures([buildProbe({ scenario: 'service', toNode: null })]))).toBe(
      'service',
    );
  });
});
