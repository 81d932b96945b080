import { homedir } from 'node:os';
import { parseKubeconfig } from './kubeconfig.js';
import { readKubeconfig } from './kubeconfig-source.js';

/**
 * What a kubeconfig calls the cluster of a context: the context's own name, then the cluster's.
 *
 * @param context - the current one where it is null
 * @throws InputError for `kubeconfig` and `context`
 */
export function clusterNames(
  kubeconfig: string,
  context: string | null,
  world: {
    readonly directory: string;
    readonly variables: Readonly<Record<string, string | undefined>>;
  },
): readonly string[] {
  const home = world.variables['HOME'] ?? homedir();
  const { text } = readKubeconfig(kubeconfig, { directory: world.directory, home });
  const config = parseKubeconfig(text, context);
  return [...new Set([config.context, config.clusterName])];
}
