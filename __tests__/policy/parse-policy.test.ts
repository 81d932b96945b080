import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InputError } from '../../src/errors.js';
import { parsePolicy } from '../../src/policy/parse-policy.js';

const PATH = '.github/calico-policy.yml';

describe('parsePolicy', () => {
  test('reads the ancestor’s matrix as it stands, with the place of every version', () => {
    const { rows } = parsePolicy(
      PATH,
      'calico_version_matrix:\n  "1.27":\n    recommended_version: "v3.28.2"\n    minimum_version: v3.26.0\n    operator_version: "v1.38.1"\n  1.26: {}\n',
    );
    expect(rows).toEqual([
      {
        kubernetes: 'v1.27',
        recommended: {
          version: { major: 3, minor: 28, patch: 2, suffix: '' },
          location: { path: PATH, line: 3, column: 27 },
        },
        minimum: {
          version: { major: 3, minor: 26, patch: 0, suffix: '' },
          location: { path: PATH, line: 4, column: 22 },
        },
        operator: {
          version: { major: 1, minor: 38, patch: 1, suffix: '' },
          location: { path: PATH, line: 5, column: 24 },
        },
        location: { path: PATH, line: 2, column: 4 },
      },
      {
        kubernetes: 'v1.26',
        recommended: null,
        minimum: null,
        operator: null,
        location: { path: PATH, line: 6, column: 3 },
      },
    ]);
  });

  test('reads clusters and exceptions', () => {
    const policy = parsePolicy(
      PATH,
      'clusters:\n  - name: prod\n    paths: ["a/**", b.yaml]\nignore:\n  - code: pair-untested\n    cluster: lab\n    reason: new Kubernetes first\n    expires: 2027-01-31\n',
    );
    expect(policy.clusters).toEqual([{ name: 'prod', paths: ['a/**', 'b.yaml'] }]);
    expect(policy.exceptions).toMatchObject([
      {
        code: 'pair-untested',
        cluster: 'lab',
        path: null,
        reason: 'new Kubernetes first',
        expires: '2027-01-31',
      },
    ]);
  });

  test.each(['', '# nothing yet\n', '---\n', 'clusters:\n', 'ignore: []\ncalico_version_matrix: {}\n'])(
    '%j holds nothing',
    (text) => {
      expect(parsePolicy(PATH, text)).toEqual({ rows: [], clusters: [], exceptions: [] });
    },
  );

  test.each([
    ['calico_version_matrix: [1]\n', /:1:24 has no keys and values/],
    ['calico_version_matrix:\n  "3.26": {}\n', /:2:4 has the key “3\.26”/],
    [
      'calico_version_matrix:\n  "1.27":\n    recomended_version: v3.28.2\n',
      /:3:5 has the unknown key “recomended_version”/,
    ],
    [
      'calico_version_matrix:\n  "1.27":\n    recommended_version: "3.28"\n',
      /:3:27 has “3\.28” as recommended_version/,
    ],
    [
      'calico_version_matrix:\n  "1.27":\n    operator_version: v3.28.2\n',
      /:3:23 has “v3\.28\.2” as operator_version/,
    ],
    ['clusters: prod\n', /:1:11 has no list under clusters/],
    ['clusters:\n  - paths: [a]\n', /lacks “name”/],
    ['clusters:\n  - name: a\n', /gives the cluster “a” no paths/],
    ['ignore:\n  - code: nope\n    reason: r\n    expires: 2027-01-01\n', /the unknown code “nope”/],
    ['ignore:\n  - code: pair-untested\n    expires: 2027-01-01\n', /lacks “reason”/],
    ['ignore:\n  - code: pair-untested\n    reason: r\n', /lacks “expires”/],
    ['ignore:\n  - code: pair-untested\n    reason: r\n    expires: soon\n', /expiry date “soon”/],
    [
      'ignore:\n  - code: pair-untested\n    reason: r\n    expires: 2027-13-01\n',
      /expiry date “2027-13-01”/,
    ],
    ['rules: {}\n', /the unknown key “rules”/],
    ['- a\n', /no keys and values in the policy/],
    ['a: b: c\n', /cannot be read as YAML/],
    ['clusters: []\n---\nclusters: []\n', /more than one YAML document/],
  ])('refuses %j and says where and what', (text, message) => {
    expect(() => parsePolicy(PATH, text)).toThrow(InputError);
    expect(() => parsePolicy(PATH, text)).toThrow(message);
  });

  test('reads any text, or refuses it with an InputError', () => {
    const yaml = fc.stringMatching(/^[a-z_:\-\n "'{}[\]0-9.&*|>]*$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), yaml), (text) => {
        try {
          parsePolicy(PATH, text);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
