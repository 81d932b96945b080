import { describe, expect, test } from '@jest/globals';
import { chartDefault } from '../../src/catalog/chart-values.js';
import { versionOf } from '../../src/catalog/release-lines.js';

describe('what the chart says where the user says nothing', () => {
  test.each([
    ['calicoctl.image', 'v3.30.7', 'docker.io/calico/ctl'],
    ['calicoctl.image', 'v3.31.7', 'quay.io/calico/ctl'],
    ['installation.kubeletVolumePluginPath', 'v3.30.7', undefined],
    ['installation.kubeletVolumePluginPath', 'v3.31.0', 'None'],
    ['kubeletVolumePluginPath', 'v3.30.7', '/var/lib/kubelet'],
    ['kubeletVolumePluginPath', 'v3.31.0', undefined],
    ['nodeSelector[kubernetes.io/os]', 'v3.29.7', 'linux'],
    ['resources', 'v3.32.1', {}],
    ['resources', 'v3.22.0', undefined],
    ['no.such.value', 'v3.32.1', undefined],
  ])('%s of %s', (path, release, expected) => {
    expect(chartDefault(path, versionOf(release))).toEqual(expected);
  });
});
