import { CALICO_API } from '../ready-made/calico-objects.js';
import { fieldsAt, isSame, textAt, valueAt } from '../ready-made/fields.js';
import { podSubnet } from './installation-controller.js';
import { FINALIZERS } from './installation.js';
import { OPERATOR_MANAGER } from './object-writer.js';
import { degraded, type Outcome } from './outcome.js';
import { planPools, podNetworkProblem, withPoolDefaults } from './pools.js';
import { API_SERVER, INSTALLATION, listAll, type RunContext } from './run-context.js';

/** One pass over the IP pools (tigera/operator v1.34.5 `pkg/controller/ippool/pool_controller.go`, `Reconcile`). */
export async function reconcilePools(context: RunContext): Promise<Outcome> {
  const { client, writer } = context;
  const installation = await client.get(INSTALLATION);
  if (!installation) return { type: 'absent' };
  const generation = installation.metadata.generation ?? 0;
  if (installation.metadata.deletionTimestamp !== undefined) return { type: 'waiting', generation };
  if (installation.metadata.finalizers?.includes(FINALIZERS[1]) !== true) {
    return degraded(generation, 'ResourceNotReady', 'Waiting for Installation defaulting to occur');
  }
  const current = await listAll(client, { apiVersion: CALICO_API, kind: 'IPPool' });
  const network = await podSubnet(context);
  const spec = withPoolDefaults(fieldsAt(installation, 'spec') ?? {}, current, network, context.release);
  const misfit = podNetworkProblem(spec, current, network);
  if (misfit !== null)
    return degraded(generation, 'ResourceReadError', 'error filling IP pool defaults', misfit);
  const ipPools = valueAt(spec, 'calicoNetwork', 'ipPools');
  if (!isSame(ipPools, valueAt(installation, 'spec', 'calicoNetwork', 'ipPools'))) {
    const body = { spec: { calicoNetwork: { ipPools } } };
    await client.patch(INSTALLATION, { type: 'merge', body }, { fieldManager: OPERATOR_MANAGER });
  }
  const isApiAvailable = textAt(await client.get(API_SERVER), 'status', 'state') === 'Ready';
  const plan = planPools({ spec, current, isApiAvailable });
  if (plan.problem) return degraded(generation, plan.problem.reason, plan.problem.message);
  for (const cidr of plan.foreign) context.log(`Cannot update an IP pool not owned by the operator: ${cidr}`);
  for (const pool of plan.writes) await writer.write(pool, null);
  for (const name of plan.deletions)
    await client.delete({ apiVersion: CALICO_API, kind: 'IPPool', namespace: null, name });
  return { type: 'done', generation, watched: [] };
}
