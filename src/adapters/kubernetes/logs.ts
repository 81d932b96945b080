import type { LogOptions } from '../../ports/cluster-client.js';
import type { Requests } from './requests.js';

/** Reads what a container has written. */
export function readLogs(requests: Requests, options: LogOptions): Promise<string> {
  const query = new URLSearchParams({ container: options.container });
  if (options.previous === true) query.set('previous', 'true');
  if (options.tailLines !== undefined) query.set('tailLines', String(options.tailLines));
  if (options.limitBytes !== undefined) query.set('limitBytes', String(options.limitBytes));
  const pod = `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/pods/${encodeURIComponent(options.pod)}`;
  const path = `${pod}/log?${query.toString()}`;
  return requests.read({ method: 'GET', path, accept: '*/*' }, ({ text }) => text);
}
