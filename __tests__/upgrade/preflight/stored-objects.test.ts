import { describe, expect, test } from '@jest/globals';
import { storedObjects } from '../../../src/upgrade/preflight/checks/stored-objects.js';
import type { StoredProblem } from '../../../src/upgrade/preflight/preflight.js';
import { buildInput } from './build-input.js';

function problem(changes: Partial<StoredProblem> = {}): StoredProblem {
  return {
    at: {
      object: {
        apiVersion: 'crd.projectcalico.org/v1',
        kind: 'FelixConfiguration',
        namespace: null,
        name: 'default',
      },
      field: 'spec.bpfRedirectToPeer',
      value: 'L2Only',
    },
    problem: 'It must be one of "Enabled", "Disabled"',
    isRefused: true,
    passesUnchanged: true,
    ...changes,
  };
}

function messages(kubernetes: string, storedProblems: readonly StoredProblem[]): readonly string[] {
  return storedObjects(buildInput({ kubernetes, input: { storedProblems } })).map(({ message }) => message);
}

describe('what the target’s schemas say against stored objects', () => {
  test('nothing is no finding', () => {
    expect(messages('v1.31.4', [])).toEqual([]);
  });

  test.each([
    [
      'v1.29.9',
      [problem()],
      /Kubernetes v1\.29 then refuses every write of these objects, whatever it changes\.$/,
    ],
    [
      'v1.31.4',
      [problem()],
      /Kubernetes v1\.31 lets such a value pass on writes that leave it as it is \(unless the gate CRDValidationRatcheting is off\), and refuses it in new objects/,
    ],
    [
      'v1.33.0',
      [problem()],
      /Kubernetes v1\.33 lets such a value pass on writes that leave it as it is, and refuses/,
    ],
    [
      'v1.34.1',
      [problem(), problem({ passesUnchanged: false })],
      /Kubernetes v1\.34 lets 1 of them pass on writes that leave it as it is, and/,
    ],
    [
      'v1.34.1',
      [problem({ passesUnchanged: false })],
      /Kubernetes v1\.34 then refuses every write that changes the spec of such an object, and every new one\.$/,
    ],
  ])('on %s it is said which writes fail', (kubernetes, problems, expected) => {
    expect(messages(kubernetes, problems)).toEqual([expect.stringMatching(expected)]);
  });

  test('a field that is lost refuses nothing', () => {
    const [message] = messages('v1.29.9', [problem({ isRefused: false })]);
    expect(message).toMatch(/^1 field of stored objects is not in the schemas/);
  });
});
