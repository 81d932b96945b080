# The CNI plugin that the stand-in of install-cni puts on a node, below the lines that set `version` and `fault`.
# containerd runs it on the node, with the node's own programs; Debian's `ptp` does the work.
[ "${1:-}" != -v ] || { echo "$version"; exit 0; }

if [ "${CNI_COMMAND:-}" != ADD ]; then exec "${0%/*}/ptp"; fi
if [ "$fault" = cni-fails ]; then
  echo '{"cniVersion":"0.3.1","code":999,"msg":"stand-in: this version gives new pods no network"}'
  exit 1
fi

# As upstream's does, it asks the API server for the pod, with the token that calico-node left in its kubeconfig.
value() { sed -n "s/^ *$1: *//p" /etc/cni/net.d/calico-kubeconfig; }
argument() { echo ";${CNI_ARGS:-}" | sed -n "s/.*;$1=\\([^;]*\\).*/\\1/p"; }
pod="namespaces/$(argument K8S_POD_NAMESPACE)/pods/$(argument K8S_POD_NAME)"
answer=$(busybox wget -q -O /dev/null --no-check-certificate --header "Authorization: Bearer $(value token)" \
  "$(value server)/api/v1/$pod" 2>&1) || true
case $answer in
  *401*)
    echo '{"cniVersion":"0.3.1","code":999,"msg":"stand-in: error getting the pod: connection is unauthorized: Unauthorized"}'
    exit 1
    ;;
esac

result=$("${0%/*}/ptp")
status=$?
echo "$result"
if [ $status = 0 ] && [ "$fault" = isolates-new-pods ]; then
  ip link set "$(echo "$result" | sed -n 's/.*"name": *"\(veth[^"]*\)".*/\1/p' | head -n 1)" down
fi
exit $status
