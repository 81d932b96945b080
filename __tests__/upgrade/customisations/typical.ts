import type { Customisations } from '../../../test-cluster/ready-made/customisations.js';

/** What users change most. */
export const TYPICAL: Customisations = {
  mtu: 1400,
  ipAutodetection: 'interface=eth1',
  poolCidr: '10.9.0.0/16',
  nodeEnv: { FELIX_LOGSEVERITYSCREEN: 'Warning', FELIX_MTUIFACEPATTERN: 'eth.*' },
  resources: { requests: { cpu: '500m', memory: '128Mi' }, limits: { memory: '512Mi' } },
  registry: 'registry.example.com/mirror',
  pullSecret: 'pull',
  tolerations: [{ key: 'mine', operator: 'Exists', effect: 'NoSchedule' }],
  nodeSelector: { pool: 'calico' },
  extraVolume: { name: 'extra', hostPath: '/srv/extra', mountPath: '/extra' },
  typhaReplicas: 3,
};
