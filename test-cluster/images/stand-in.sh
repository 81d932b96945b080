#!/bin/sh
# Stands in for the programs of every Calico image. The image says who it is: STAND_IN_COMPONENT, STAND_IN_VERSION;
# and what goes wrong: STAND_IN_FAULT (a kind and its number), on STAND_IN_NODES (names; empty: on all nodes).
set -eu
state=/tmp/stand-in

log() { echo "stand-in $STAND_IN_COMPONENT $STAND_IN_VERSION: $*"; }

fault_here() {
  node=${NODENAME:-${KUBERNETES_NODE_NAME:-$(hostname)}}
  case " ${STAND_IN_NODES:-$node} " in
    *" $node "*) echo "${STAND_IN_FAULT:-none}" ;;
    *) echo none ;;
  esac
}

main() {
  [ "$STAND_IN_COMPONENT" != pod2daemon-flexvol ] || { log installed; exit 0; } # an init container
  mkdir -p "$state"
  set -- $(fault_here) # the kind, and its number
  log "starting, fault: $*"
  [ "$STAND_IN_COMPONENT" != node ] || forward
  serve
  answer live
  case $1 in
    drops-forwarding) drop ;;
    gap) drop && pause "$2" && forward ;;
  esac
  if [ "$1" = never-ready ]; then
    log "tiers.crd.projectcalico.org is forbidden" # what a new node under old RBAC says
  else
    pause "$STAND_IN_READY_AFTER"
    answer ready
    log ready
  fi
  if [ "$1" = crashes ]; then
    pause "$2"
    log "panic: this version does not work here" >&2
    exit 1
  fi
  while :; do pause 3600; done
}

# The first process of a container hears of SIGTERM only through a trap, and a trap waits for what is in front.
trap 'exit 0' TERM
pause() {
  sleep "$1" &
  wait $!
}

answer() {
  touch "$state/$1" # live, ready: the probes that run a command
  if [ "$1" = live ]; then touch "$state/liveness"; else touch "$state/readiness"; fi
}

# What manifests ask over HTTP: /liveness and /readiness, 404 until it is so. An API server answers any question, and
# agnhost says that it is ready only where it listens for UDP too.
serve() {
  case $STAND_IN_COMPONENT in
    node) port=9099 ;;
    typha) port=9098 ;;
    apiserver) port=5443 ;;
    *) return 0 ;;
  esac
  if [ "$STAND_IN_COMPONENT" = apiserver ]; then
    /agnhost netexec --http-port="$port" --udp-port=8081 --tls-cert-file=/tls.crt --tls-private-key-file=/tls.key &
  else
    httpd -f -p "127.0.0.1:$port" -h "$state" &
  fi
}

drop() {
  log "dropping what this node forwards"
  iptables -w -I FORWARD -m comment --comment calico-stand-in -j DROP
}

forward() {
  while iptables -w -D FORWARD -m comment --comment calico-stand-in -j DROP 2>/dev/null; do :; done
}

calico_node() {
  for question in "$@"; do
    case $question in
      -felix-live | -bird-live) [ -e "$state/live" ] || fail "calico/node is not live" ;;
      -felix-ready | -bird-ready) [ -e "$state/ready" ] || fail "calico/node is not ready: felix is not ready" ;;
      -v) echo "$STAND_IN_VERSION" ;;
      *) ;; # -init, -best-effort, -shutdown, -startup, …: there is nothing to do
    esac
  done
}

check_status() {
  case ${1:-} in
    -l) [ -e "$state/live" ] || fail "not live" ;;
    *) [ -e "$state/ready" ] || fail "not ready" ;;
  esac
}

# Writes what upstream's writes: the plugin, a kubeconfig for it, and last the configuration that containerd reads.
install() {
  set -- $(fault_here)
  log "installing, fault: $*"
  bin=/host/opt/cni/bin
  conf=/host/etc/cni/net.d
  {
    echo '#!/bin/sh'
    echo "version=$STAND_IN_VERSION fault=$1"
    cat /cni-plugin.sh
  } >"$bin/calico.new"
  chmod 755 "$bin/calico.new"
  mv "$bin/calico.new" "$bin/calico"
  cat >"$conf/calico-kubeconfig" <<EOF
# $STAND_IN_VERSION
apiVersion: v1
kind: Config
current-context: calico
contexts: [{ name: calico, context: { cluster: local, user: calico } }]
clusters:
- name: local
  cluster:
    insecure-skip-tls-verify: true
    server: https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT
users:
- name: calico
  user:
    token: $(cat /var/run/secrets/kubernetes.io/serviceaccount/token)
EOF
  chmod 600 "$conf/calico-kubeconfig"
  sed 's/"type":"ptp"/"type":"calico"/' "$conf/99-plain.conflist" >"$conf/${CNI_CONF_NAME:-10-calico.conflist}.new"
  mv "$conf/${CNI_CONF_NAME:-10-calico.conflist}.new" "$conf/${CNI_CONF_NAME:-10-calico.conflist}"
  log installed
}

fail() {
  echo "$*" >&2
  exit 1
}

case ${0##*/} in
  calico-node) calico_node "$@" ;;
  check-status | filecheck) check_status "$@" ;;
  install) install ;;
  calico-ipam) log "nothing to upgrade" ;;
  *) main ;;
esac
