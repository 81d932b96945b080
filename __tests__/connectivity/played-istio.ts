import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { listAt, textAt } from '../../src/cluster/fields.js';
import { LAYER7_NAMESPACE } from '../../src/connectivity/layer7/layer7-objects.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { createAuthority } from '../../test-cluster/certificates/certificate.js';
import { openRealNodes, type RealNode } from '../../test-cluster/real-nodes/real-node.js';
import { DEFAULT_WEBHOOKS, istioInjector } from './istio-injector.js';

/** What may be wrong with how a node's L7 rules are enforced. */
export interface Layer7Fault {
  readonly node: string;
  /** Everything is let through; nothing is; what is not allowed is not answered either. */
  readonly kind: 'not-enforced' | 'refuses-all' | 'silent';
}

/**
 * Istio and Dikastes on real nodes. Its injector is a webhook on the first node, with the selectors of Istio's own; what a
 * node's pod is asked goes, by a rule of iptables, to a proxy in the network of the node, which enforces what Calico's
 * NetworkPolicies of the namespace say of HTTP.
 */
export interface PlayedIstio {
  fault: Layer7Fault | null;
  readonly stop: () => Promise<void>;
}

export interface PlayedIstioOptions {
  readonly directory: string;
  /** Of the first node. */
  readonly address: string;
  /** What is injected. */
  readonly containers: readonly object[];
}

const PROXY_PORT = 28_191;
const WEBHOOK_PORT = 28_192;
const PERIOD_MS = 250;
const POD = { apiVersion: 'v1', kind: 'Pod' };
const POLICY = { apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicy' };

interface PlayedNode {
  readonly node: RealNode;
  readonly program: ChildProcess;
}

export async function playIstio(
  client: ClusterClient,
  { directory, address, containers }: PlayedIstioOptions,
): Promise<PlayedIstio> {
  const nodes = await Promise.all(openRealNodes(directory).map(startProgram));
  await provideInjector(client, nodes[0]?.program, address, containers);
  const written = new Map<string, string>();
  const playing = { isOn: true };
  const played: { fault: Layer7Fault | null } = { fault: null };

  async function once(): Promise<void> {
    const pods = (await listAll(client, POD)).filter((pod) => textAt(pod, 'status', 'podIP') !== '');
    const paths = pathsOf(await listAll(client, POLICY));
    for (const { node, program } of nodes) {
      const target = pods.find((pod) => textAt(pod, 'spec', 'nodeName') === node.name);
      const fault = played.fault?.node === node.name ? played.fault.kind : null;
      const allowed =
        fault === 'not-enforced' ? null : fault === 'refuses-all' && paths !== null ? [] : paths;
      const state = { target: textAt(target, 'status', 'podIP') || null, allowed };
      const isSilent = fault === 'silent' && paths !== null;
      const text = JSON.stringify({ ...state, isSilent });
      if (written.get(node.name) === text) continue;
      program.send({ ...state, isSilent });
      await lead(node, state.target);
      written.set(node.name, text);
    }
  }

  const done = (async () => {
    while (playing.isOn) {
      await once().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
  })();
  return Object.assign(played, {
    async stop() {
      playing.isOn = false;
      await done;
      for (const { program } of nodes) program.kill();
    },
  });
}

async function startProgram(node: RealNode): Promise<PlayedNode> {
  const script = join(import.meta.dirname, 'played-istio-program.ts');
  const args = [`--target=${node.pid}`, '--net', process.execPath, script, String(PROXY_PORT)];
  const program = spawn('nsenter', args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  await once(program, 'message');
  return { node, program };
}

async function provideInjector(
  client: ClusterClient,
  program: ChildProcess | undefined,
  address: string,
  containers: readonly object[],
): Promise<void> {
  const authority = createAuthority('istio');
  const issued = authority.issue({ commonName: 'istiod', usages: ['server'], names: [address] });
  program?.send({ webhook: { ...issued, port: WEBHOOK_PORT, containers } });
  if (program) await once(program, 'message');
  const webhooks = DEFAULT_WEBHOOKS.map((webhook) => ({
    ...webhook,
    clientConfig: {
      url: `https://${address}:${WEBHOOK_PORT}/inject`,
      caBundle: Buffer.from(authority.certificate).toString('base64'),
    },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }));
  await client.create(istioInjector(webhooks), { fieldManager: 'test' });
}

async function listAll(
  client: ClusterClient,
  kind: { readonly apiVersion: string; readonly kind: string },
): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for await (const { items } of client.list(kind, { namespace: LAYER7_NAMESPACE })) found.push(...items);
  return found;
}

/** Paths that rules allow; null where no policy is there. */
function pathsOf(policies: readonly KubernetesObject[]): readonly string[] | null {
  if (policies.length === 0) return null;
  return policies
    .flatMap((policy) => listAt(policy, 'spec', 'ingress'))
    .flatMap((rule) => listAt(rule, 'http', 'paths'))
    .map((path) => textAt(path, 'exact'));
}

/** Leads what the pod is asked to the proxy; what the proxy asks itself goes on to the pod. */
async function lead(node: RealNode, target: string | null): Promise<void> {
  const rule = `-A PLAYED-L7 -d ${target ?? ''}/32 -p tcp --dport 8080 -j REDIRECT --to-ports ${PROXY_PORT}`;
  const text = ['*nat', ':PLAYED-L7 - [0:0]', ...(target === null ? [] : [rule]), 'COMMIT', ''].join('\n');
  const { status, stderr } = await node.run(['iptables-restore', '-w', '--noflush'], Buffer.from(text));
  if (status !== 0) throw new Error(stderr);
  const there = await node.run(['iptables', '-w', '-t', 'nat', '-C', 'PREROUTING', '-j', 'PLAYED-L7']);
  if (there.status !== 0)
    await node.run(['iptables', '-w', '-t', 'nat', '-I', 'PREROUTING', '-j', 'PLAYED-L7']);
}
