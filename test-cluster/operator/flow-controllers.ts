import type { KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';
import { copyOf, fieldsAt, textAt } from '../ready-made/fields.js';
import { chooseImageSet } from './images.js';
import { OPERATOR_MANAGER } from './object-writer.js';
import { degraded, type Outcome, watchedOf } from './outcome.js';
import { renderGoldmane, renderWhisker } from './render/flows.js';
import type { RenderSource } from './render/render-source.js';
import { GOLDMANE, IMAGE_SET, INSTALLATION, listAll, type RunContext, WHISKER } from './run-context.js';

interface FlowController {
  readonly reference: ObjectReference;
  /** What it sets on the Installation as long as its resource is there (`pkg/render/finalizers.go`). */
  readonly finalizer: string;
  readonly render: (source: RenderSource) => readonly KubernetesObject[];
}

/** One pass over Goldmane (tigera/operator v1.38.13 `pkg/controller/goldmane/controller.go`). */
export function reconcileGoldmane(context: RunContext): Promise<Outcome> {
  const finalizer = 'operator.tigera.io/goldmane-controller';
  return reconcile(context, { reference: GOLDMANE, finalizer, render: renderGoldmane });
}

/** One pass over Whisker, which needs Goldmane (tigera/operator v1.38.13 `pkg/controller/whisker/controller.go`). */
export async function reconcileWhisker(context: RunContext): Promise<Outcome> {
  const finalizer = 'operator.tigera.io/whisker-controller';
  if ((await context.client.get(WHISKER)) && !(await context.client.get(GOLDMANE))) {
    return degraded(0, 'ResourceNotFound', 'Goldmane CR not present; Goldmane is pre requisite for Whisker');
  }
  return reconcile(context, { reference: WHISKER, finalizer, render: renderWhisker });
}

async function reconcile(
  context: RunContext,
  { reference, finalizer, render }: FlowController,
): Promise<Outcome> {
  const { client, release, writer } = context;
  const resource = await client.get(reference);
  const installation = await client.get(INSTALLATION);
  await maintainFinalizer(context, installation, finalizer, resource !== null);
  if (!resource) return { type: 'absent' };
  const generation = resource.metadata.generation ?? 0;
  const spec = fieldsAt(installation, 'spec');
  // Nothing is said of it, and its namespace is made by the Installation's controller
  if (!spec || textAt(spec, 'variant') === '') return { type: 'waiting', generation };
  const { found, problem } = chooseImageSet((await listAll(client, IMAGE_SET)).map(copyOf), release.calico);
  if (problem !== null)
    return degraded(generation, 'ResourceUpdateError', 'Error with images from ImageSet', problem);
  const objects = tryRender(render, { release, spec, imageSet: found, nodes: 0 });
  if (typeof objects === 'string')
    return degraded(generation, 'ResourceUpdateError', 'Error with images from ImageSet', objects);
  for (const object of objects) await writer.write(object, resource);
  return { type: 'done', generation, watched: watchedOf(objects) };
}

/** All objects, or why they cannot be rendered. */
function tryRender(
  render: FlowController['render'],
  source: RenderSource,
): readonly KubernetesObject[] | string {
  try {
    return render(source);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Holds the Installation as long as there is something to end before Calico does (`MaintainInstallationFinalizer`). */
async function maintainFinalizer(
  { client }: RunContext,
  installation: KubernetesObject | null,
  finalizer: string,
  isWanted: boolean,
): Promise<void> {
  const present = installation?.metadata.finalizers ?? [];
  if (installation === null || installation.metadata.deletionTimestamp !== undefined) return;
  if (present.includes(finalizer) === isWanted) return;
  const others = present.filter((one) => one !== finalizer);
  const { resourceVersion } = installation.metadata;
  const body = { metadata: { finalizers: isWanted ? [...others, finalizer] : others, resourceVersion } };
  await client.patch(INSTALLATION, { type: 'merge', body }, { fieldManager: OPERATOR_MANAGER });
}
