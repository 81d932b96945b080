import { CALICO_API, calicoObject } from '../ready-made/calico-objects.js';
import { copyOf, fieldsAt, textAt } from '../ready-made/fields.js';
import { chooseImageSet } from './images.js';
import { OPERATOR_MANAGER } from './object-writer.js';
import { degraded, type Outcome, watchedOf } from './outcome.js';
import { renderApiServer } from './render/api-server.js';
import { renderNamespace } from './render/namespaces.js';
import { CALICO_NAMESPACE } from './render/render-source.js';
import { API_SERVER, IMAGE_SET, INSTALLATION, listAll, type RunContext } from './run-context.js';

/** One pass over the APIServer (tigera/operator v1.36.16 `pkg/controller/apiserver/apiserver_controller.go`). */
export async function reconcileApiServer(context: RunContext): Promise<Outcome> {
  const { client, release, writer } = context;
  const apiServer = await client.get(API_SERVER);
  if (!apiServer) return { type: 'absent' };
  const generation = apiServer.metadata.generation ?? 0;
  const spec = fieldsAt(await client.get(INSTALLATION), 'spec');
  if (!spec) {
    return degraded(
      generation,
      'ResourceNotFound',
      'Installation not found',
      'installations.operator.tigera.io "default" not found',
    );
  }
  if (!textAt(spec, 'variant'))
    return degraded(generation, 'ResourceNotReady', 'Waiting for Installation Variant to be set');
  const imageSets = (await listAll(client, IMAGE_SET)).map(copyOf);
  const { found, problem } = chooseImageSet(imageSets, release.calico);
  if (problem !== null)
    return degraded(generation, 'ResourceUpdateError', 'Error with images from ImageSet', problem);
  const objects = renderApiServer({
    release,
    spec,
    imageSet: found,
    nodes: 0,
    apiServer: fieldsAt(apiServer, 'spec') ?? {},
    endpoint: context.endpoint,
  });
  if (release.apiServerNamespace !== CALICO_NAMESPACE) {
    await writer.write(renderNamespace(release.apiServerNamespace, 'restricted'), apiServer);
  } else if (
    (await client.get({ apiVersion: 'v1', kind: 'Namespace', namespace: null, name: CALICO_NAMESPACE })) ===
    null
  ) {
    return { type: 'waiting', generation }; // the Installation's controller makes it
  }
  for (const object of objects) await writer.write(object, apiServer);
  await removeOldNamespace(context);
  return { type: 'done', generation, watched: watchedOf(objects) };
}

/** From v1.40 the API server lives in calico-system, and its old namespace goes (v1.40.15 `pkg/render/apiserver.go`). */
async function removeOldNamespace({ client, release }: RunContext): Promise<void> {
  if (release.apiServerNamespace !== CALICO_NAMESPACE) return;
  const old = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: 'calico-apiserver' };
  const live = await client.get(old);
  if (live && live.metadata.deletionTimestamp === undefined) await client.delete(old);
}

/** Says in the APIServer that it is available. */
export async function writeApiServerState({ client }: RunContext): Promise<void> {
  const apiServer = await client.get(API_SERVER);
  if (!apiServer || textAt(apiServer, 'status', 'state') === 'Ready') return;
  const options = { fieldManager: OPERATOR_MANAGER, subresource: 'status' };
  await client.patch(API_SERVER, { type: 'merge', body: { status: { state: 'Ready' } } }, options);
}

/** One pass over the tiers, from v1.42 (tigera/operator v1.42.3 `pkg/controller/tiers/tiers_controller.go`). */
export async function reconcileTiers({ client, writer }: RunContext): Promise<Outcome> {
  if (textAt(await client.get(API_SERVER), 'status', 'state') !== 'Ready') {
    return degraded(0, 'ResourceNotReady', 'Waiting for Tigera API server to be ready');
  }
  const labels = { 'projectcalico.org/system-tier': 'true' };
  await writer.write(calicoObject('Tier', 'calico-system', { order: 100 }, { labels }), null);
  await client.delete({ apiVersion: CALICO_API, kind: 'Tier', namespace: null, name: 'allow-tigera' });
  return { type: 'done', generation: 0, watched: [] };
}
