import { describe, expect, test } from '@jest/globals';
import { chooseNodes, choosePaths, MOST_NODES } from '../../../src/connectivity/monitor/choose-paths.js';

const NAMES = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `node-${at + 1}`);

describe('which connections are held', () => {
  test('every node is as often source as target, of each kind of path', () => {
    const nodes = NAMES(5);
    const paths = choosePaths(nodes);

    expect(paths).toHaveLength(5 * 3 * 2);
    for (const node of nodes) {
      expect(paths.filter(({ from }) => from === node)).toHaveLength(6);
      expect(paths.filter(({ to }) => to === node)).toHaveLength(6);
    }
    expect(paths.filter(({ way, from, to }) => (way === 'same-node') !== (from === to))).toEqual([]);
  });

  test('with two nodes the Service leads to the other one; with one there is no path across nodes', () => {
    expect(choosePaths(NAMES(2)).filter(({ way, from, to }) => way === 'service' && from === to)).toEqual([]);
    expect(new Set(choosePaths(NAMES(1)).map(({ way }) => way))).toEqual(new Set(['same-node', 'service']));
    expect(choosePaths([])).toEqual([]);
  });

  test('of many nodes so many take part, spread over all of them', () => {
    const chosen = chooseNodes(NAMES(1000));

    expect(chosen).toHaveLength(MOST_NODES);
    expect(new Set(chosen).size).toBe(MOST_NODES);
    expect(chosen.slice(0, 2)).toEqual(['node-1', 'node-51']);
    expect(chooseNodes(NAMES(3))).toEqual(NAMES(3));
  });
});
