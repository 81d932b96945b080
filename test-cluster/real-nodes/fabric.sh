#!/bin/sh
# The first process of a cluster's network: a network namespace with a bridge and no way out. Whoever kills it ends
# every node with it, for it is also the first process of a PID namespace that theirs lie in.
#
#   unshare --net --pid --fork --kill-child sh fabric.sh DIRECTORY ADDRESS/PREFIX
set -eu
directory=$1
address=$2

# /proc is still the machine's, so this is the pid that others know.
read -r pid _ </proc/self/stat
echo "$pid" >"$directory/pid.new"

ip link set lo up
ip link add nodes type bridge
ip address add "$address" dev nodes
ip link set nodes up
sysctl -q -w net.ipv4.ip_forward=0 2>/dev/null || echo 0 >/proc/sys/net/ipv4/ip_forward

mv "$directory/pid.new" "$directory/pid"
while :; do
  sleep 3600 &
  wait
done
