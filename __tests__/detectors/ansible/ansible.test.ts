import { describeFixtures } from '../extract-fixture.js';

describeFixtures('ansible', {
  'inventory/harbour/group_vars/all.yml': {
    found: [
      '3:14 kubernetes v1.30.2 "v1.30.2+k3s2" ansible variable',
      '5:14 calico v3.28.0 "v3.28.0" ansible variable',
    ],
  },
  'inventory/harbour/group_vars/k8s_cluster/k8s-cluster.yml': {
    found: ['1:15 kubernetes v1.29.5 "v1.29.5" ansible variable'],
  },
  'inventory/harbour/group_vars/k8s_cluster/k8s-net-calico.yml': {
    found: ['1:18 calico v3.27.3 "v3.27.3" ansible variable'],
    templates: [
      '2:21 calicoctl "{{ calico_version }}" < calico_version',
      '3:22 calico "{{ calico_version }}" < calico_version',
    ],
  },
  'inventory/hosts.yml': {
    found: [
      '3:25 kubernetes v1.31.1 "1.31.1" ansible variable',
      '8:64 kubernetes v1.31.0 "1.31.0" ansible variable',
    ],
  },
  'playbooks/orchid.yml': {
    found: [
      '3:19 kubernetes v1.29.3 "v1.29.3+rke2r1" ansible variable',
      '9:17 kubernetes v1.29 "1.29" ansible variable',
      '12:24 calico v3.27.2 "3.27.2" ansible variable',
    ],
  },
  'roles/cni/meta/argument_specs.yml': {},
  'roles/cni/tasks/main.yml': {
    found: [
      '3:95 calico v3.28.2 "v3.28.2" upstream-url manifest',
      '12:17 kubernetes v1.28.9 "1.28.9-2.1" script package',
    ],
    templates: [
      '13:18 kubernetes "{{ kubeadm_package }}" < kubeadm_package',
      '19:21 calico "{{ calico_chart_version }}" < calico_chart_version',
    ],
  },
  'roles/kubespray/defaults/main.yml': {
    templates: [
      '1:16 kubernetes "{{ (kubelet_checksums[\'amd64\'] | dict2items)[0].key }}" < kubelet_checksums',
      '2:18 calico "{{ (calicoctl_binary_checksums[\'amd64\'] | dict2items)[0].key }}" < calicoctl_binary_checksums',
      '5:25 calico "v{{ calico_version }}" < calico_version',
    ],
  },
  'roles/kubespray/vars/checksums.yml': {},
});
