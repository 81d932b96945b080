import { availabilityOf, missingPrograms, type ProgramName } from './binaries.js';
import { realNodesAvailability } from './real-nodes/availability.js';
import { type Availability, type ClusterOptions } from './types.js';

/** The programs that a cluster of these options is made of. */
export function programsOf({
  controllers = true,
  lightNodes = 0,
  realNodes = 0,
}: ClusterOptions): readonly ProgramName[] {
  const hasLightNodes = typeof lightNodes === 'number' ? lightNodes > 0 : lightNodes.length > 0;
  return [
    'etcd',
    'kube-apiserver',
    ...(controllers ? (['kube-controller-manager', 'kube-scheduler'] as const) : []),
    ...(hasLightNodes ? (['kwok'] as const) : []),
    ...(realNodes > 0 ? (['kubelet', 'kube-proxy', 'agnhost', 'coredns'] as const) : []),
  ];
}

/** Whether such a cluster can be had on this machine, if only after building for a while. */
export function clusterAvailability(options: ClusterOptions): Availability {
  const { kubernetes, realNodes = 0 } = options;
  const nodes = realNodes > 0 ? realNodesAvailability() : { isAvailable: true as const };
  return nodes.isAvailable ? availabilityOf(programsOf(options), kubernetes) : nodes;
}

/** Like {@link clusterAvailability}, but nothing may have to be built first. */
export function readyAvailability(options: ClusterOptions): Availability {
  const availability = clusterAvailability(options);
  if (!availability.isAvailable) return availability;
  const missing = missingPrograms(programsOf(options), options.kubernetes);
  if (missing.length === 0) return availability;
  return {
    isAvailable: false,
    reason: `${missing.join(', ')} not built yet; \`npm run cluster -- build\` does that once, in some minutes`,
  };
}
