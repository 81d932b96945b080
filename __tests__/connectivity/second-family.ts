import { openRealNodes, type RealNode } from '../../test-cluster/real-nodes/real-node.js';

const CONFIGURATION = '/etc/cni/net.d/99-plain.conflist';

interface PlainConfiguration {
  readonly plugins: readonly {
    readonly type: string;
    readonly ipam?: { readonly ranges: readonly unknown[]; readonly routes: readonly unknown[] };
  }[];
}

/** Gives pods that are made on real nodes from now on an address of IPv6 as well; Services have none. */
export async function addSecondFamily(directory: string): Promise<void> {
  const nodes = openRealNodes(directory);
  for (const [index, node] of nodes.entries()) {
    await must(node, ['ip', '-6', 'address', 'add', `${addressOf(index)}/64`, 'dev', 'eth0', 'nodad']);
    for (const other of nodes.keys()) {
      if (other === index) continue;
      await must(node, ['ip', '-6', 'route', 'add', podNetworkOf(other), 'via', addressOf(other)]);
    }
    const configuration = JSON.parse(await must(node, ['cat', CONFIGURATION])) as PlainConfiguration;
    const plugins = configuration.plugins.map((plugin) => withSecond(plugin, podNetworkOf(index)));
    const text = JSON.stringify({ ...configuration, plugins });
    await must(node, ['sh', '-c', `cat >${CONFIGURATION}`], Buffer.from(text));
  }
}

function withSecond(
  plugin: PlainConfiguration['plugins'][number],
  subnet: string,
): PlainConfiguration['plugins'][number] {
  if (plugin.ipam === undefined) return plugin;
  const { ranges, routes } = plugin.ipam;
  return {
    ...plugin,
    ipam: { ...plugin.ipam, ranges: [...ranges, [{ subnet }]], routes: [...routes, { dst: '::/0' }] },
  };
}

function addressOf(index: number): string {
  return `fd00:18::${index + 11}`;
}

function podNetworkOf(index: number): string {
  return `fd00:192:${index + 1}::/64`;
}

async function must(
  node: RealNode,
  command: readonly [string, ...string[]],
  input?: Buffer,
): Promise<string> {
  const { status, stdout, stderr } = await node.run(command, input);
  if (status !== 0) throw new Error(`${command.join(' ')} on ${node.name}: ${stderr}`);
  return stdout;
}
