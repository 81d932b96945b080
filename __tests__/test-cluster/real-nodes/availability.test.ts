import { describe, expect, test } from '@jest/globals';
import { type Machine, realNodesAvailability } from '../../../test-cluster/real-nodes/availability.js';

const PROGRAMS = [
  ...['containerd', 'containerd-shim-runc-v2', 'ctr', 'unshare', 'nsenter', 'mount', 'umount'].map(
    (n) => `/usr/bin/${n}`,
  ),
  ...['runc', 'ip', 'iptables', 'xtables-nft-multi', 'pivot_root'].map((name) => `/usr/sbin/${name}`),
  ...['ptp', 'host-local', 'portmap', 'loopback'].map((name) => `/usr/lib/cni/${name}`),
  '/bin/busybox',
];
const CGROUPS = ['cpu', 'cpuset', 'memory', 'pids', 'devices'].map(
  (name) => `/sys/fs/cgroup/${name}/cgroup.procs`,
);

function machine(
  change: Partial<Machine> & { readonly without?: readonly string[]; readonly with?: string } = {},
): Machine {
  const files = new Set([...PROGRAMS, ...CGROUPS, change.with ?? '']);
  for (const path of change.without ?? []) files.delete(path);
  return {
    platform: 'linux',
    userId: 0,
    path: '/usr/local/bin:/usr/bin',
    exists: (path) => files.has(path),
    read: () => Buffer.from('ELF'),
    ...change,
  };
}

describe('realNodesAvailability', () => {
  test('is given on Linux as root with all programs, wherever PATH leads', () => {
    expect(realNodesAvailability(machine())).toEqual({ isAvailable: true });
  });

  test.each<[string, Machine, RegExp]>([
    ['another system', machine({ platform: 'darwin' }), /need Linux, and this is darwin/],
    ['another user', machine({ userId: 1000 }), /need root/],
    ['no containerd', machine({ without: ['/usr/bin/ctr'] }), /apt-get install containerd$/],
    [
      'several packages missing',
      machine({ without: ['/usr/sbin/runc', '/usr/lib/cni/ptp', '/bin/busybox'] }),
      /apt-get install runc containernetworking-plugins busybox-static$/,
    ],
    [
      'a busybox that needs libraries',
      machine({ read: () => Buffer.from('ELF /lib64/ld-linux.so') }),
      /static/,
    ],
    ['cgroup version 2 alone', machine({ with: '/sys/fs/cgroup/cgroup.controllers' }), /version 2 alone/],
    ['a controller missing', machine({ without: ['/sys/fs/cgroup/pids/cgroup.procs'] }), /controllers pids/],
  ])('is not given with %s, and says why', (_, seen, reason) => {
    expect(realNodesAvailability(seen)).toMatchObject({
      isAvailable: false,
      reason: expect.stringMatching(reason),
    });
  });
});
