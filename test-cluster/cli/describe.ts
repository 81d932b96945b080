import { clusterFiles, type ClusterRecord, isAbandoned } from '../cluster-directory.js';

/** A cluster in a few lines, for people. */
export function describeCluster(directory: string, record: ClusterRecord): string {
  const kubeconfig = clusterFiles.kubeconfig(directory);
  return [
    `${record.id}  Kubernetes ${record.kubernetes}, ${stateOf(directory, record)}, ${ageOf(record)}`,
    `  nodes       ${nodesOf(record)}`,
    ...(record.installed === null ? [] : [`  installed   ${record.installed}`]),
    `  server      ${record.server === '' ? 'not there yet' : record.server}`,
    `  kubeconfig  ${kubeconfig}`,
    `  logs        ${clusterFiles.logs(directory)}`,
  ].join('\n');
}

function stateOf(directory: string, { isReady, owner }: ClusterRecord): string {
  if (isAbandoned(directory)) return 'broken (the next up removes it)';
  if (!isReady) return 'starting';
  return owner === null ? 'running' : `running for process ${owner.pid}`;
}

function ageOf({ createdAt }: ClusterRecord): string {
  const minutes = Math.floor((Date.now() - Date.parse(createdAt)) / 60_000);
  if (minutes < 1) return 'just started';
  return minutes < 120 ? `${minutes} min old` : `${Math.floor(minutes / 60)} h old`;
}

function nodesOf({ realNodes, lightNodes }: ClusterRecord): string {
  const parts = [
    ...(realNodes.length > 0 ? [`${realNodes.length} real (${realNodes.join(', ')})`] : []),
    ...(lightNodes.length > 0 ? [`${lightNodes.length} light (${firstAndLast(lightNodes)})`] : []),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function firstAndLast(names: readonly string[]): string {
  return names.length < 3 ? names.join(', ') : `${names[0] ?? ''} … ${names.at(-1) ?? ''}`;
}
