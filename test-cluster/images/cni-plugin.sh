# The CNI plugin that the stand-in of install-cni puts on a node, below the lines that set `version` and `fault`.
# containerd runs it on the node, with the node's own programs; Debian's `ptp` does the work.
[ "${1:-}" != -v ] || { echo "$version"; exit 0; }

if [ "${CNI_COMMAND:-}" != ADD ]; then exec "${0%/*}/ptp"; fi
if [ "$fault" = cni-fails ]; then
  echo '{"cniVersion":"0.3.1","code":999,"msg":"stand-in: this version gives new pods no network"}'
  exit 1
fi
result=$("${0%/*}/ptp")
status=$?
echo "$result"
if [ $status = 0 ] && [ "$fault" = isolates-new-pods ]; then
  ip link set "$(echo "$result" | sed -n 's/.*"name": *"\(veth[^"]*\)".*/\1/p' | head -n 1)" down
fi
exit $status
