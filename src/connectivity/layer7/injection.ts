import { listAt, textsAt, textAt, textMapAt } from '../../cluster/fields.js';
import { matchesSelector } from '../../cluster/label-selector.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/** Labels of a namespace that have Istio inject its sidecars into pods there. */
export type InjectionLabels = Readonly<Record<string, string>>;

/** Istio labels the configurations of its injectors so, whatever their names: `istio-sidecar-injector-REVISION`. */
export const INJECTOR_SELECTOR = 'app=sidecar-injector';

const SWITCH = 'istio-injection';
const REVISION = 'istio.io/rev';
/** What `istio-injection` stands for where both are asked for. */
const DEFAULT_REVISION = 'default';

/**
 * The labels by which a namespace asks Istio's injectors for sidecars, the plainest first: `istio-injection: enabled`,
 * then each revision or tag. Only those that an injector heeds for a namespace and a pod with these labels besides. Pure.
 *
 * @param injectors MutatingWebhookConfigurations
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
 */
export function injectionLabels(
  injectors: readonly KubernetesObject[],
  beside: { readonly namespace: InjectionLabels; readonly pod: InjectionLabels },
): readonly InjectionLabels[] {
  const webhooks = injectors.flatMap((injector) => listAt(injector, 'webhooks'));
  const heeds = (labels: InjectionLabels): boolean =>
    webhooks.some(
      (webhook) =>
        matchesSelector(webhook['namespaceSelector'], { ...beside.namespace, ...labels }) &&
        matchesSelector(webhook['objectSelector'], beside.pod),
    );
  const plain: InjectionLabels = { [SWITCH]: 'enabled' };
  const revisions = [...new Set(webhooks.flatMap((webhook) => revisionsOf(webhook['namespaceSelector'])))];
  const isPlain = heeds(plain);
  return [
    ...(isPlain ? [plain] : []),
    ...revisions
      .filter((revision) => !(isPlain && revision === DEFAULT_REVISION))
      .sort()
      .map((revision): InjectionLabels => ({ [REVISION]: revision }))
      .filter(heeds),
  ];
}

function revisionsOf(selector: unknown): readonly string[] {
  const plain = textMapAt(selector, 'matchLabels')[REVISION];
  const listed = listAt(selector, 'matchExpressions').filter(
    (one) => textAt(one, 'key') === REVISION && textAt(one, 'operator') === 'In',
  );
  return [...(plain === undefined ? [] : [plain]), ...listed.flatMap((one) => textsAt(one, 'values'))];
}
