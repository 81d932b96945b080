import { describe, expect, test } from '@jest/globals';
import picomatch from 'picomatch';
import { applyExceptions } from '../../src/check/exceptions.js';
import { toFinding } from '../../src/check/judge/judge.js';
import type { FindingCode } from '../../src/findings/registry.js';
import type { PolicyException } from '../../src/policy/policy.js';

const finding = (code: FindingCode, cluster: string, path: string): ReturnType<typeof toFinding> =>
  toFinding(cluster, { code, message: 'M.', location: { path, line: 1, column: 1 }, key: path });
const exception = (over: Partial<PolicyException> = {}): PolicyException => ({
  code: 'pair-untested',
  cluster: null,
  path: null,
  reason: 'tried out',
  expires: '2026-06-30',
  location: { path: 'policy.yml', line: 4, column: 5 },
  ...over,
});

/** What is kept and what is ignored, as `code path`. */
function apply(
  exceptions: readonly PolicyException[],
  today = '2026-01-01',
): { kept: string[]; ignored: string[] } {
  const findings = [finding('pair-untested', 'lab', 'a/x.yaml'), finding('newer-patch', 'lab', 'b/y.yaml')];
  const policy = { rows: [], clusters: [], exceptions };
  const { kept, ignored } = applyExceptions(findings, policy, today, (glob, path) =>
    picomatch.isMatch(path, glob),
  );
  return {
    kept: kept.map(({ code, location }) => `${code} ${location.path}`),
    ignored: ignored.map(({ finding: { code, location }, reason }) => `${code} ${location.path}: ${reason}`),
  };
}

const KEPT = ['pair-untested a/x.yaml', 'newer-patch b/y.yaml'];

describe('an exception', () => {
  test.each([
    ['of the code', {}],
    ['of the code and its cluster', { cluster: 'lab' }],
    ['of the code and a path', { path: 'a/**' }],
    ['on its last day', { expires: '2026-01-01' }],
  ])('%s ignores the finding, and says why', (_, over) => {
    const { kept, ignored } = apply([exception(over)]);
    expect(kept).toEqual(['newer-patch b/y.yaml']);
    expect(ignored).toEqual([expect.stringMatching(/^pair-untested a\/x\.yaml: tried out \(until 2026-/)]);
  });

  test.each([
    ['of another code', { code: 'pair-broken' as const }],
    ['of another cluster', { cluster: 'prod' }],
    ['of another path', { path: 'b/**' }],
  ])('%s ignores nothing', (_, over) => {
    expect(apply([exception(over)])).toEqual({ kept: KEPT, ignored: [] });
  });

  test('that has expired is itself a finding, once, where it would have ignored one', () => {
    expect(apply([exception({ expires: '2025-12-31' })])).toEqual({
      kept: [...KEPT, 'policy-ignore-expired policy.yml'],
      ignored: [],
    });
    expect(apply([exception({ expires: '2025-12-31', cluster: 'prod' })])).toEqual({
      kept: KEPT,
      ignored: [],
    });
  });

  test('that has expired is of no account where another is valid', () => {
    const { kept } = apply([exception({ expires: '2025-12-31' }), exception()]);
    expect(kept).toEqual(['newer-patch b/y.yaml']);
  });
});
