import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readLook } from '../../../src/cluster/inside/read-look.js';

const OUTPUT = `cni
file 99-loopback.conf
"type": "loopback"
file 10-calico.conflist
"type": "calico"
"type" : "calico-ipam"
rules iptables-legacy-save
      1 other
rules ip6tables-legacy-save
      1 failed
rules iptables-nft-save
     60 calico
      2 hint
     40 kubernetes
      9 other
rules ip6tables-nft-save
      4 calico
`;

test('files come in the order of their names, with their types; rules by backend, both families together', () => {
  expect(readLook(OUTPUT)).toEqual({
    kind: 'seen',
    cniFiles: [
      { name: '10-calico.conflist', types: ['calico', 'calico-ipam'] },
      { name: '99-loopback.conf', types: ['loopback'] },
    ],
    iptables: {
      legacy: { isHinted: false, kubernetes: 0, calico: 0, other: 1 },
      nft: { isHinted: true, kubernetes: 40, calico: 64, other: 9 },
    },
  });
});

test('what is not there, or failed, is not known', () => {
  const nothing = { kind: 'seen', cniFiles: null, iptables: { legacy: null, nft: null } };
  expect(readLook('')).toEqual(nothing);
  expect(readLook('rules iptables-nft-save\n   1 failed\n')).toEqual(nothing);
  expect(readLook('cni\n').cniFiles).toEqual([]);
});

test('a name cannot bring control characters into a report', () => {
  expect(readLook('cni\nfile 10-\u001b[31mx.conf\n').cniFiles).toEqual([
    { name: '10- [31mx.conf', types: [] },
  ]);
});

test('whatever a node says, it is read without an error', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('cni', 'file x', 'rules iptables-nft-save', '  3 calico', '"type": "a"'),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(readLook(lines.join('\n')).kind).toBe('seen');
    }),
  );
});
