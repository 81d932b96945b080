import { describe, expect, test } from '@jest/globals';
import { merge } from '../../../src/upgrade/customisations/merge.js';
import { configMap } from './build-objects.js';

const cni = (calico: string, more = ''): string =>
  `{\n  "name": "k8s-pod-network",\n  "plugins": [\n    {"type": "calico", "mtu": __CNI_MTU__, "nodename": "__KUBERNETES_NODE_NAME__"${calico}}${more}\n  ]\n}`;
const merged = (base: string, live: string, target: string): ReturnType<typeof merge> =>
  merge(
    [configMap({ cni_network_config: base })],
    [configMap({ cni_network_config: live })],
    [configMap({ cni_network_config: target })],
  );
const configOf = ({ objects }: ReturnType<typeof merge>): string =>
  (objects[0]?.['data'] as Record<string, string>)['cni_network_config'] ?? '';

describe('the CNI configuration', () => {
  test('another layout or order of fields is no change', () => {
    const live =
      '{"plugins":[{"nodename":"__KUBERNETES_NODE_NAME__","mtu":__CNI_MTU__,"type":"calico"}],"name":"k8s-pod-network"}';
    expect(merged(cni(''), live, cni(', "new": true')).customisations).toEqual([]);
  });

  test('a number in place of the placeholder is kept, and upstream’s placeholders stay bare or in quotes', () => {
    const result = merged(cni(''), cni('').replace('__CNI_MTU__', '1400'), cni(', "log_level": "info"'));
    expect(result.customisations).toMatchObject([
      {
        outcome: 'kept',
        field: 'data.cni_network_config.plugins[type=calico].mtu',
        upstream: '__CNI_MTU__',
        live: 1400,
        target: '__CNI_MTU__',
      },
    ]);
    expect(configOf(result)).toContain('"mtu": 1400');
    expect(configOf(result)).toContain('"nodename": "__KUBERNETES_NODE_NAME__"');
    expect(configOf(result)).toContain('"log_level": "info"');
  });

  test('a plugin of the user’s is kept behind upstream’s, and bare placeholders are written back', () => {
    const result = merged(
      cni(''),
      cni('', ', {"type": "tuning", "mtu": __CNI_MTU__}'),
      cni(', "log_level": "info"'),
    );
    expect(result.customisations).toMatchObject([
      {
        outcome: 'kept',
        field: 'data.cni_network_config.plugins[type=tuning]',
        live: { type: 'tuning', mtu: '__CNI_MTU__' },
      },
    ]);
    expect(configOf(result).match(/"mtu": __CNI_MTU__/g)).toHaveLength(2);
    expect(() => JSON.parse(configOf(result).replaceAll('__CNI_MTU__', '1')) as unknown).not.toThrow();
  });

  test('a field that both changed conflicts', () => {
    const result = merged(cni(', "a": 1'), cni(', "a": 2'), cni(', "a": 3'));
    expect(result.customisations).toMatchObject([{ outcome: 'conflicting', live: 2, target: 3 }]);
    expect(configOf(result)).toBe(cni(', "a": 3'));
  });

  test('the user’s own text stays letter by letter where the target has nothing new', () => {
    const live = cni(', "a": 2', ', {"type":"bandwidth"}');
    expect(configOf(merged(cni(''), live, cni('')))).toBe(live);
  });

  test('what is no JSON any more is compared as text', () => {
    const live = `${cni('')} trailing`;
    expect(merged(cni(''), live, cni(''))).toMatchObject({
      customisations: [{ outcome: 'kept', field: 'data.cni_network_config', live }],
      objects: [configMap({ cni_network_config: live })],
    });
    expect(merged(cni(''), live, cni(', "a": 1')).customisations).toMatchObject([{ outcome: 'conflicting' }]);
  });
});

test('plain values are kept as they are', () => {
  const base = configMap({ veth_mtu: '0', calico_backend: 'bird' });
  const live = configMap({ veth_mtu: '1400', calico_backend: 'bird' });
  const target = configMap({ veth_mtu: '0', calico_backend: 'bird', added: 'x' });
  expect(merge([base], [live], [target])).toMatchObject({
    customisations: [{ outcome: 'kept', field: 'data.veth_mtu', upstream: '0', live: '1400', target: '0' }],
    objects: [configMap({ veth_mtu: '1400', calico_backend: 'bird', added: 'x' })],
  });
});

test('names with dots stand in brackets', () => {
  const found = merge(
    [configMap({ 'net-conf.json': '{"Network":"a"}' })],
    [configMap({ 'net-conf.json': '{"Network":"b"}' })],
    [configMap({ 'net-conf.json': '{"Network":"a"}' })],
  );
  expect(found.customisations).toMatchObject([{ field: 'data[net-conf.json].Network', live: 'b' }]);
});
