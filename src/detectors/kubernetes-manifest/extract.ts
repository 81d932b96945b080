import { Collector } from '../collector.js';
import { findDefinitions } from '../definitions.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import type { YamlDocument, YamlNode } from '../../yaml/node.js';
import { at, itemsOf, scalarAt, textAt } from '../../yaml/query.js';

/** Kinds that record what runs, and set nothing. */
const RECORDS: ReadonlySet<string> = new Set(['Node', 'NodeList', 'Event', 'EventList']);
/** Kinds that list images without running them. */
const IMAGE_LISTS: ReadonlySet<string> = new Set(['ImageCache', 'ImagePullJob', 'ImageListPullJob']);
const WORKLOADS_OF_OTHER_CNIS: ReadonlyMap<string, string> = new Map([
  ['cilium', 'cilium'],
  ['kube-flannel-ds', 'flannel'],
  ['weave-net', 'weave'],
  ['antrea-agent', 'antrea'],
  ['kube-ovn-cni', 'kube-ovn'],
  ['kube-router', 'kube-router'],
]);
const DEFINITION_NAME =
  /^[ \t]{2,}["']?name["']?:[ \t]*["']?(?<name>[a-z]+\.(?:crd\.projectcalico\.org|projectcalico\.org|operator\.tigera\.io|policy\.networking\.k8s\.io))["']?,?[ \t]*\r?$/m;
const CALICO_OBJECT = /calico|tigera|(?:^|[.])projectcalico[.]org$/;

/**
 * Kubernetes objects: the images of their workloads (whatever field carries them), `ImageSet` and `Installation`, and
 * which of Calico's objects the file holds.
 */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  for (const document of file.yaml().documents) readDocument(file, document, collector);
  readDefinitions(file.text, collector);
  return collector;
}

function readDocument(file: SourceFile, document: YamlDocument, collector: Collector): void {
  const kind = textAt(document.root, 'kind');
  if (kind === '' || textAt(document.root, 'apiVersion') === '') return;
  if (IMAGE_LISTS.has(kind)) {
    collector.ignored.push({ start: document.start, end: document.end, reason: 'image-cache' });
    return;
  }
  collector.addImages(file.code().slice(document.start, document.end), document.start);
  const objects = objectsOf(document.root);
  for (const [index, object] of objects.entries()) {
    if (RECORDS.has(textAt(object, 'kind'))) {
      collector.ignored.push({
        start: object.start,
        end: objects[index + 1]?.start ?? document.end,
        reason: null,
      });
    } else readObject(object, collector);
  }
}

/** The object itself, or the items of a List. */
function objectsOf(root: YamlNode): readonly YamlNode[] {
  const kind = textAt(root, 'kind');
  return kind.endsWith('List') && !RECORDS.has(kind) ? itemsOf(at(root, 'items')) : [root];
}

function readObject(object: YamlNode, collector: Collector): void {
  const kind = textAt(object, 'kind');
  const name = textAt(object, 'metadata', 'name');
  const apiVersion = scalarAt(object, 'apiVersion');
  if (!apiVersion) return;
  if (CALICO_OBJECT.test(name)) {
    collector.facts.push({
      kind: 'object',
      apiVersion: apiVersion.value,
      objectKind: kind,
      name,
      offset: apiVersion.start,
    });
  }
  const otherCni = kind === 'DaemonSet' ? WORKLOADS_OF_OTHER_CNIS.get(name) : undefined;
  if (otherCni) collector.facts.push({ kind: 'other-cni', name: otherCni, offset: apiVersion.start });
  if (apiVersion.value.startsWith('operator.tigera.io/')) readOperatorObject(object, kind, collector);
  if (kind === 'FelixConfiguration') readFelixConfiguration(object, collector);
}

function readOperatorObject(object: YamlNode, kind: string, collector: Collector): void {
  if (kind === 'ImageSet') readImageSet(object, collector);
  if (kind !== 'Installation') return;
  const variant = scalarAt(object, 'spec', 'variant');
  if (variant && variant.value !== 'Calico' && variant.value !== '') {
    collector.facts.push({ kind: 'feature', name: 'calico-enterprise', offset: variant.start });
  }
  const dataplane = scalarAt(object, 'spec', 'calicoNetwork', 'linuxDataplane');
  if (dataplane?.value === 'BPF')
    collector.facts.push({ kind: 'feature', name: 'ebpf', offset: dataplane.start });
}

/** An ImageSet is named after the release that it is for: `calico-v3.26.1`. */
function readImageSet(object: YamlNode, collector: Collector): void {
  const name = scalarAt(object, 'metadata', 'name');
  const prefix = 'calico-';
  if (!name?.isVerbatim || !name.value.startsWith(prefix)) return;
  collector.add({
    component: 'calico',
    subject: { kind: 'field', name: 'ImageSet.metadata.name' },
    text: name.value.slice(prefix.length),
    offset: name.start + prefix.length,
  });
}

function readFelixConfiguration(object: YamlNode, collector: Collector): void {
  const ebpf = scalarAt(object, 'spec', 'bpfEnabled');
  if (ebpf?.value === 'true') collector.facts.push({ kind: 'feature', name: 'ebpf', offset: ebpf.start });
  const policySync = scalarAt(object, 'spec', 'policySyncPathPrefix');
  if (policySync && policySync.value !== '') {
    collector.facts.push({ kind: 'feature', name: 'application-layer-policy', offset: policySync.start });
  }
}

/** Which of Calico's definitions the file holds tells the release it was made from. */
function readDefinitions(text: string, collector: Collector): void {
  for (const [start, end] of findDefinitions(text)) {
    const name = DEFINITION_NAME.exec(text.slice(start, end))?.groups?.['name'];
    if (name === undefined) continue;
    collector.facts.push({
      kind: 'object',
      apiVersion: 'apiextensions.k8s.io/v1',
      objectKind: 'CustomResourceDefinition',
      name,
      offset: start,
    });
  }
}
