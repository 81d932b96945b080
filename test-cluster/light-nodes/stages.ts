import { type ApiClient } from '../api-client.js';
import { type Stage } from './render.js';

export const STAGES_PATH = '/apis/kwok.x-k8s.io/v1alpha1/stages';

/** Writes all stages to a cluster that has none. */
export async function createStages(api: ApiClient, stages: readonly Stage[]): Promise<void> {
  await Promise.all(stages.map((stage) => api.call('POST', STAGES_PATH, stage)));
}

/** Makes these the stages of the cluster, and no others. */
export async function replaceStages(api: ApiClient, stages: readonly Stage[]): Promise<void> {
  const { items } = await api.call<{ readonly items: readonly LiveStage[] }>('GET', STAGES_PATH);
  const live = new Map(items.map((item) => [item.metadata.name, item]));
  const wanted = new Set(stages.map(({ metadata }) => metadata.name));
  await Promise.all([
    ...stages.map((stage) => write(api, stage, live.get(stage.metadata.name))),
    ...[...live.keys()]
      .filter((name) => !wanted.has(name))
      .map((name) => api.call('DELETE', `${STAGES_PATH}/${name}`)),
  ]);
}

interface LiveStage extends Stage {
  readonly metadata: Stage['metadata'] & { readonly resourceVersion: string };
}

async function write(api: ApiClient, stage: Stage, live: LiveStage | undefined): Promise<void> {
  if (live === undefined) {
    await api.call('POST', STAGES_PATH, stage);
    return;
  }
  const { name, resourceVersion } = live.metadata;
  await api.call('PUT', `${STAGES_PATH}/${name}`, { ...stage, metadata: { name, resourceVersion } });
}
