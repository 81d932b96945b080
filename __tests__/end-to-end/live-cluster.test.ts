import { afterAll, expect, test } from '@jest/globals';
import { renderKubeconfig } from '../adapters/kubernetes/render-kubeconfig.js';
import { makeFolder, removeFolders, runProgram } from './run-program.js';

afterAll(removeFolders);

test('check with a cluster that cannot be reached passes nothing: status 2, and what to do', async () => {
  const folder = makeFolder({
    'vars.yml': 'kubernetes_version: v1.33.0\ncalico_version: v3.31.7\n',
    'kubeconfig.yaml': renderKubeconfig({
      server: 'https://127.0.0.1:1',
      user: { token: 'abcdefghijklmnop' },
    }),
  });
  const run = await runProgram(folder, ['--mode', 'check', '--kubeconfig', 'kubeconfig.yaml']);
  expect(run.status).toBe(2);
  expect(run.output).toContain('https://127.0.0.1:1 cannot be reached');
  expect(run.output).not.toContain('abcdefghijklmnop');
  expect(run.report).toBeNull();
}, 60_000);
