#!/bin/sh
# The first process of a real node. The node is a set of namespaces (network, mounts, processes, cgroups, host name)
# that end with this process. Its files are below DIRECTORY/root; nothing is mounted outside of its own namespace.
#
#   nsenter --target FABRIC --net --pid sh node.sh enter DIRECTORY
#
# DIRECTORY/root/etc/node/node.env sets NODE, ADDRESS, POD_NETWORK, ROUTES (lines for `ip -batch`), CGROUP, LOGS,
# KUBELET and KUBE_PROXY.
set -eu
stage=$1
directory=$2

# In the fabric's namespaces: keep a way back to its network, take a place among the machine's cgroups, then leave.
enter() {
  exec 9</proc/self/ns/net
  for controller in /sys/fs/cgroup/*; do
    [ ! -f "$controller/cgroup.procs" ] || join_cgroup "$controller"
  done
  exec unshare --net --mount --uts --ipc --pid --cgroup --fork --kill-child sh "$0" start "$directory"
}

join_cgroup() {
  mkdir -p "$1/$CGROUP"
  if [ -f "$1/cpuset.cpus" ]; then
    fill_cpuset "$1" "$1/${CGROUP%/*}"
    fill_cpuset "$1/${CGROUP%/*}" "$1/$CGROUP"
  fi
  echo $$ >"$1/$CGROUP/cgroup.procs"
}

# A new cpuset has neither processors nor memory, and takes no process until it has.
fill_cpuset() {
  for file in cpuset.cpus cpuset.mems; do
    [ -n "$(cat "$2/$file")" ] || cat "$1/$file" >"$2/$file"
  done
}

start() {
  read -r pid _ </proc/self/stat # /proc is still the machine's, so this is the pid that others know
  exec 4>>"$LOGS/$NODE-containerd.log" 5>>"$LOGS/$NODE-kubelet.log" 6>>"$LOGS/$NODE-kube-proxy.log"
  connect
  mount_root
  echo "$NODE" >/proc/sys/kernel/hostname
  cp "$0" "$root/node.sh"
  echo "$pid" >"$directory/pid.new"
  mv "$directory/pid.new" "$directory/pid"
  cd "$root"
  pivot_root . mnt
  exec 9<&- chroot . sh /node.sh run /
}

connect() {
  port=port-$NODE
  ip link add eth0 type veth peer name "$port" netns /proc/self/fd/9
  nsenter --net=/proc/self/fd/9 ip link set "$port" master nodes up
  nsenter --net=/proc/self/fd/9 ip route add "$POD_NETWORK" via "${ADDRESS%/*}" # for the API server
  ip link set lo up
  ip address add "$ADDRESS" dev eth0
  ip link set eth0 up
  echo "$ROUTES" | ip -batch -
  echo 1 >/proc/sys/net/ipv4/ip_forward
}

mount_root() {
  mount --bind "$root" "$root"
  mkdir -p "$directory/usr" "$directory/usr-work"
  mount -t overlay -o "lowerdir=/usr,upperdir=$directory/usr,workdir=$directory/usr-work" node-usr "$root/usr"
  for path in /bin /sbin /lib /lib64; do
    if [ -L "$path" ]; then
      cp -P "$path" "$root/"
    elif [ -d "$path" ]; then
      mkdir "$root$path"
      mount --rbind "$path" "$root$path"
    fi
  done
  mount -o bind,ro /etc/alternatives "$root/etc/alternatives"
  mount -o bind,ro "$KUBELET" "$root/opt/node/kubelet"
  mount -o bind,ro "$KUBE_PROXY" "$root/opt/node/kube-proxy"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs node-run "$root/run"
  metadata=$root/var/lib/containerd/io.containerd.metadata.v1.bolt # synced to the disk at every write
  mkdir -p "$metadata"
  mount -t tmpfs node-metadata "$metadata"
  mount -t proc proc "$root/proc"
  keep_kernel_settings
  mount -t sysfs sysfs "$root/sys"
  mount -t bpf bpf "$root/sys/fs/bpf"
  mount_cgroups
}

# The kubelet sets these for the whole machine. Here it sees files that say what it wants to see.
keep_kernel_settings() {
  mount --bind "$root/etc/node/overcommit_memory" "$root/proc/sys/vm/overcommit_memory"
  mount --bind "$root/etc/node/panic" "$root/proc/sys/kernel/panic"
  mount --bind "$root/etc/node/panic_on_oops" "$root/proc/sys/kernel/panic_on_oops"
  mount --bind "$root/etc/node/root_maxkeys" "$root/proc/sys/kernel/keys/root_maxkeys"
  mount --bind "$root/etc/node/root_maxbytes" "$root/proc/sys/kernel/keys/root_maxbytes"
}

# In a cgroup namespace of its own the node sees its own cgroup as the root of each hierarchy.
mount_cgroups() {
  mount -t tmpfs node-cgroups "$root/sys/fs/cgroup"
  for controller in /sys/fs/cgroup/*; do
    name=${controller##*/}
    [ -f "$controller/cgroup.procs" ] && [ ! -L "$controller" ] || continue
    mkdir "$root/sys/fs/cgroup/$name"
    case $name in
      unified) mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/$name" ;;
      systemd) mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/$name" ;;
      *) mount -t cgroup -o "$name" cgroup "$root/sys/fs/cgroup/$name" ;;
    esac
  done
}

# Inside, with everything of the machine out of sight.
run() {
  umount -l /mnt
  mount --make-rshared / # pods may ask for mounts that the node sees (mountPropagation)
  export PATH=/opt/node:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
  keep_running containerd --config /etc/containerd/config.toml >&4 2>&1 &
  keep_running kubelet --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubelet.conf \
    --hostname-override="$NODE" --node-ip="${ADDRESS%/*}" >&5 2>&1 &
  keep_running kube-proxy --config=/etc/kubernetes/kube-proxy.yaml --hostname-override="$NODE" >&6 2>&1 &
  exec 4>&- 5>&- 6>&-
  while :; do
    wait || :
    sleep 1
  done
}

# What systemd does for these on a machine.
keep_running() {
  while :; do
    "$@" || :
    sleep 0.5
  done
}

unset TMPDIR # a directory of the machine, which is not among the node's files
if [ "$stage" = run ]; then
  . /etc/node/node.env
else
  . "$directory/root/etc/node/node.env"
  root=$directory/root
fi
"$stage"
