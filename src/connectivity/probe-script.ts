import { type Check, type Expected, hostPort, type Probe, type ProbeSeen } from './probe.js';

/** How long a probe waits for an answer, in seconds; a name may take longer to be resolved. */
export const ANSWER_SECONDS = 3;
const NAME_SECONDS = 8;
/** How a request ends that was answered with 403. */
const REFUSED_STATUS = 3;
/** The variable of a probe pod that holds {@link PROBE_SCRIPT}: a command of many probes stays short. */
export const SCRIPT_VARIABLE = 'PROBE_SCRIPT';

/**
 * Functions for the shell of agnhost's image (and no more than POSIX, `nc` and `timeout` of either kind; bash for `p`,
 * since `nc` may close its side when it has asked, which proxies take for the end):
 *
 *     t ID HOST:PORT        a connection
 *     u ID HOST:PORT SIZE   a datagram and its answer; SIZE: small, fits, exceeds
 *     h ID HOST PORT BYTES  an HTTP request with so many bytes in a header; prints who answered; of PATH, where one follows
 *     p ID HOST PORT METHOD PATH   an HTTP/1.1 request, as proxies want it; exit status 3 where it is answered with 403
 *
 * Each writes one line: the id, an exit status, milliseconds, and what was said.
 */
export const PROBE_SCRIPT = `
now() { read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}"; }
fill() { head -c "$1" /dev/zero | tr '\\0' x; }
one() {
  id=$1; shift; begun=$(now); said=$("$@" 2>&1); status=$?
  printf '%s %s %s %s\\n' "$id" "$status" "$(($(now) - begun))0" "$(printf '%s' "$said" | tr '\\r\\n' '  ' | head -c 300)"
}
connect() {
  timeout ${NAME_SECONDS} /agnhost connect --timeout=${ANSWER_SECONDS}s "$@"; got=$?
  case $got in 124 | 143) echo "TIMEOUT: no end within ${NAME_SECONDS} s" ;; esac
  return $got
}
datagram() {
  case $1 in *[*) head=48 ;; *) head=28 ;; esac
  mtu=$(cat /sys/class/net/eth0/mtu 2>/dev/null || echo 1500)
  case $2 in
    small) data=hostname ;;
    fits) data="echo $(fill $((mtu - head - 6)))" ;;
    exceeds) data="echo $(fill $((mtu - head + 94)))" ;;
  esac
  connect --protocol=udp --udp-data="$data" "$1"
}
ask() {
  more=; [ "$3" = 0 ] || more="X-Fill: $(fill "$3")\\r\\n"
  got=$(printf "GET \${4:-/} HTTP/1.0\\r\\n$more\\r\\n" | nc -w ${ANSWER_SECONDS} "$1" "$2" 2>/dev/null)
  case $got in *'200 OK'*) printf '%s' "$got" | tail -n 1; return 0 ;; esac
  case $1 in *:*) at="[$1]:$2" ;; *) at="$1:$2" ;; esac
  connect "$at" || return 1
  echo "NO ANSWER: it took the connection, and said nothing within ${ANSWER_SECONDS} s"; return 1
}
way() {
  case $1 in *:*) at="[$1]:$2" ;; *) at="$1:$2" ;; esac
  # A shell tells of a program that was stopped
  got=$(exec 2>/dev/null; timeout ${ANSWER_SECONDS} bash -c \
    'exec 3<>"/dev/tcp/$1/$2"; printf "$3" "$4" "$5" "$6" >&3; exec cat <&3' way \
    "$1" "$2" '%s %s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$3" "$4" "$at"; true)
  case $got in
    'HTTP/1.'?' 200'*) printf '%s' "$got" | tail -n 1; return 0 ;;
    'HTTP/1.'?' 403'*) printf '%s' "$got" | head -n 1; return ${REFUSED_STATUS} ;;
    HTTP/*) printf '%s' "$got" | head -n 1; return 1 ;;
  esac
  connect "$at" || return 1
  echo "NO ANSWER: it took the connection, and said nothing within ${ANSWER_SECONDS} s"; return 1
}
t() { one "$1" connect "$2" & }
u() { one "$1" datagram "$2" "$3" & }
h() { one "$1" ask "$2" "$3" "$4" "\${5:-}" & }
p() { one "$1" way "$2" "$3" "$4" "$5" & }
`;

/** The command that runs probes in their pod, all at once. Pure. */
export function probeCommand(checks: readonly Check[]): readonly string[] {
  const lines = checks.map((check, index) => lineOf(String(index), check));
  return ['sh', '-c', [`eval "$${SCRIPT_VARIABLE}"`, ...lines, 'wait'].join('\n')];
}

/** The command that runs one probe again by hand. */
export function commandOf({ from, check }: Pick<Probe, 'from' | 'check'>): string {
  const script = `eval "$${SCRIPT_VARIABLE}"; ${lineOf('again', check)}; wait`;
  return `kubectl exec --namespace ${from.namespace} ${from.name} -- sh -c '${script}'`;
}

function lineOf(id: string, check: Check): string {
  const { host, port } = check;
  switch (check.kind) {
    case 'http':
      return `h ${id} ${host} ${port} ${check.fillBytes}${check.asks === undefined ? '' : ` ${check.asks}`}`;
    case 'path':
      return `p ${id} ${host} ${port} ${check.method} ${check.path}`;
    case 'tcp':
      return `t ${id} ${hostPort(host, port)}`;
    case 'udp':
      return `u ${id} ${hostPort(host, port)} ${check.size}`;
  }
}

/** What the probes of one command saw, in their order. Pure. */
export function parseSeen(checks: readonly Check[], stdout: string): readonly ProbeSeen[] {
  const lines = new Map<string, ProbeSeen & { readonly said: string }>();
  for (const line of stdout.split('\n')) {
    const [, id, status, ms, said = ''] = /^(\d+) (\d+) (\d+) ?(.*)$/.exec(line) ?? [];
    if (id === undefined) continue;
    const kind = kindOf(Number(status));
    lines.set(id, { kind, text: said.trim(), ms: Number(ms), said });
  }
  return checks.map((check, index) => {
    const seen = lines.get(String(index));
    if (seen === undefined || seen.kind === 'not-run') {
      return { kind: 'not-run', text: 'the command ended without a word of this probe' };
    }
    return judgeAnswer(check, seen);
  });
}

function kindOf(status: number): Expected {
  if (status === REFUSED_STATUS) return 'refused';
  return status === 0 ? 'reached' : 'blocked';
}

/** An answer of somebody else is none. */
function judgeAnswer(check: Check, { kind, text, ms }: Extract<ProbeSeen, { ms: number }>): ProbeSeen {
  const isWrong =
    (check.kind === 'http' && !isAnswer(check, text)) ||
    (check.kind === 'path' && !check.answers.includes(text));
  if (kind === 'reached' && isWrong) {
    return { kind: 'blocked', text: `WRONG ANSWER: ${text || 'nothing'} answered`, ms };
  }
  return { kind, text: text || (kind === 'reached' ? 'answered' : 'no answer'), ms };
}

function isAnswer({ answers, asks }: Extract<Check, { kind: 'http' }>, text: string): boolean {
  // `10.0.0.1:43210`, `[fd00::1]:43210`
  const said = asks === undefined ? text : text.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return answers === null || answers.includes(said);
}
