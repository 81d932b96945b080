import { trapsOf } from '../../catalog/queries.js';
import { textAt } from '../../cluster/fields.js';
import { dikastesOf } from '../../cluster/interpret/application-layer.js';
import { versionOfImage } from '../../cluster/interpret/image-version.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { POD } from '../../upgrade/gates/workload.js';
import type { PodAt } from '../probe.js';

const MOST_LINES = 5;

/**
 * Which Dikastes stands beside a pod, what is known of its release, and what it last wrote.
 *
 * @throws ClusterError
 */
export async function aboutDikastes(
  client: ClusterClient,
  { node, namespace, name }: PodAt,
): Promise<readonly string[]> {
  const dikastes = dikastesOf(await client.get({ ...POD, namespace, name }));
  if (dikastes === null) return [`${node}: no Dikastes is beside ${namespace}/${name}`];
  const image = textAt(dikastes, 'image');
  const container = textAt(dikastes, 'name');
  const version = versionOfImage(image);
  const known = version === null ? [] : trapsOf(version, { applicationLayerPolicy: true });
  const traps = known.filter(({ condition }) => condition === 'application-layer-policy');
  const log = await client.logs({ namespace, pod: name, container, tailLines: MOST_LINES });
  return [
    `${node}: ${container} beside ${name} is ${image}`,
    ...traps.map(({ problem, remedy, source }) => `${problem} ${remedy} ${source}`),
    ...log
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => `${node}: ${line.trim().slice(0, 300)}`),
  ];
}
