/** Where every release of calico-node has the node's directory of CNI configuration, where Calico brings the CNI. */
export const CNI_DIRECTORY = '/host/etc/cni/net.d';
/** What a file of it has to be called, for a container runtime to take it. */
const CNI_NAMES = ['conf', 'conflist', 'json'].flatMap((end) => [`*.${end}`, `.*.${end}`]).join(' ');
const MOST_FILES = 50;

/** The programs that show rules, by backend. Without `-t` they load no kernel module and make no table. */
export const SAVES = {
  legacy: ['iptables-legacy-save', 'ip6tables-legacy-save'],
  nft: ['iptables-nft-save', 'ip6tables-nft-save'],
} as const;

/**
 * What is run in a calico-node pod, once a node: a shell script that only reads, with no more than what the images of
 * v3.22 to v3.32 have (a shell, grep, sed, sort, uniq). Of CNI configuration it shows file names and the values of
 * `type`, never anything else, which may be a credential; of rules only how many there are of each sort.
 *
 * @see https://github.com/projectcalico/calico/blob/v3.32.1/node/clean-up-filesystem.sh
 */
export function lookCommand(directory = CNI_DIRECTORY): readonly [string, ...string[]] {
  return ['sh', '-c', `${showCniFiles(directory)}\n${countRules()}`];
}

function showCniFiles(directory: string): string {
  return `export LC_ALL=C
if cd '${directory}' 2>/dev/null; then
  echo 'cni'
  number=0
  for file in ${CNI_NAMES}; do
    [ -f "$file" ] || continue
    number=$((number + 1))
    [ "$number" -le ${MOST_FILES} ] || break
    printf 'file %s\\n' "$file"
    grep -o '"type"[[:space:]]*:[[:space:]]*"[^"]*"' "$file"
  done
fi`;
}

/** kubelet's chains tell Felix the backend; KUBE-… and cali-… are the chains of Kubernetes and of Calico. */
function countRules(): string {
  return `for program in ${[...SAVES.legacy, ...SAVES.nft].join(' ')}; do
  command -v "$program" >/dev/null 2>&1 || continue
  printf 'rules %s\\n' "$program"
  { "$program" 2>/dev/null || echo failed; } | sed -n \\
    -e 's/^:KUBE-IPTABLES-HINT .*/hint/p' \\
    -e 's/^:KUBE-KUBELET-CANARY .*/hint/p' \\
    -e 's/^-A KUBE-.*/kubernetes/p' \\
    -e 's/^-A cali-.*/calico/p' \\
    -e 's/^-.*/other/p' \\
    -e 's/^failed$/failed/p' | sort | uniq -c
done
exit 0`;
}
