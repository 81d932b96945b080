import type { Severity } from './severity.js';

/** What a code stands for. `docs/findings.md` is generated from this table. */
export interface FindingKind {
  readonly title: string;
  readonly severity: Severity;
  /** What it means and why it matters: two or three sentences. */
  readonly explanation: string;
  /** What to do in general; each finding says it for its own case. */
  readonly remedy: string;
}

/** Every code that `check` can report. Codes are stable: policies ignore findings by them. */
export const FINDING_KINDS = {
  'pair-broken': {
    title: 'Calico does not work on this Kubernetes',
    severity: 'error',
    explanation:
      'The Calico release needs an API that the Kubernetes minor no longer (or not yet) serves, or upstream states that the two do not work together. Applied as it is, part of the install is rejected or a component fails at run time.',
    remedy: 'Move Calico to a release that is tested with this Kubernetes first, or hold Kubernetes back.',
  },
  'pair-untested': {
    title: 'Calico and Kubernetes are not tested together',
    severity: 'error',
    explanation:
      'Upstream lists the Kubernetes minors that it tests each Calico minor with, and this pair is not among them. It may work; nobody upstream looks.',
    remedy:
      'Choose a Calico release whose tested list has this Kubernetes minor, or accept the pair in the policy file with a reason and an expiry date.',
  },
  'upgrade-order': {
    title: 'Only one order of the two upgrades works',
    severity: 'warning',
    explanation:
      'The files move both Kubernetes and Calico away from what the live cluster runs. Each of the two pairs on the way can be passed through; one of them does not fit.',
    remedy: 'Roll out the side that fits what runs first, and wait for it before the other.',
  },
  'live-cluster-unmapped': {
    title: 'Live cluster that may be any of several',
    severity: 'notice',
    explanation:
      'The kubeconfig’s cluster has the name of none of the clusters in the files, and there is more than one of them. Its own pair is judged, but not together with the files.',
    remedy: 'Name the cluster in the policy file as the kubeconfig’s context is named, with its paths.',
  },
  'version-unknown': {
    title: 'The catalog does not know this version',
    severity: 'warning',
    explanation:
      'The release is newer than the catalog that this version of the action ships, or it never existed. Nothing can be said about what it works with.',
    remedy: 'Check the version for a typing error, or move to a newer version of this action.',
  },
  'kubernetes-unknown': {
    title: 'No Kubernetes version found for this Calico',
    severity: 'warning',
    explanation:
      'The files install Calico in this cluster, but none of them says which Kubernetes it runs, so the pair cannot be judged.',
    remedy:
      'Set the input kubernetes-version, or map the cluster to the paths that hold its Kubernetes version in the policy file.',
  },
  'kubernetes-too-old': {
    title: 'Kubernetes 1.22 or older',
    severity: 'error',
    explanation:
      'Kubernetes 1.22 and older are out of this action’s scope: no supported Calico release is tested with them.',
    remedy: 'Upgrade Kubernetes to 1.23 or newer.',
  },
  'calico-out-of-support': {
    title: 'Calico minor without upstream support',
    severity: 'warning',
    explanation:
      'Upstream supports the two most recent minors. Older ones get no fixes, security fixes included.',
    remedy: 'Plan an upgrade to a supported minor.',
  },
  'release-trap': {
    title: 'Release that does not do what it seems to',
    severity: 'error',
    explanation:
      'Some tags install another release than they name, were never released, or carry a fault that bites in the way Calico is installed here.',
    remedy: 'Use the release that the finding names instead.',
  },
  'operator-mismatch': {
    title: 'The operator installs another Calico than the files name',
    severity: 'error',
    explanation:
      'A Tigera operator image installs exactly one Calico release. Where the files pair it with another one, the cluster ends up on the operator’s, whatever the files say.',
    remedy: 'Take the operator version from the Calico release; never choose it by itself.',
  },
  'mixed-versions': {
    title: 'Images of one install at different versions',
    severity: 'error',
    explanation:
      'The parts of one Calico release are made and tested together; felix, CNI plugin, Typha and kube-controllers of different releases are not.',
    remedy: 'Bring all images of the install to the same release.',
  },
  'image-only-bump': {
    title: 'Only the image tags were moved to another minor',
    severity: 'error',
    explanation:
      'A minor brings new CRDs, RBAC rules and settings with its manifest. With only the tags moved, calico-node runs without them: it crashes, or never becomes ready and leaves every new pod without a network.',
    remedy:
      'Replace the whole manifest with upstream’s file of the new release and carry your own changes over.',
  },
  'floating-version': {
    title: 'Version that moves by itself',
    severity: 'warning',
    explanation:
      'A branch, `latest`, a range, or no version at all: what gets installed changes without any change in this repository, and no check can hold.',
    remedy: 'Pin an exact release.',
  },
  'client-side-apply': {
    title: 'Client-side apply of a CRD that is too large for it',
    severity: 'error',
    explanation:
      'Client-side apply stores the object in an annotation of at most 262,144 bytes. The Installation CRD is larger since v3.24.0, so the apply fails with “metadata.annotations: Too long”.',
    remedy: 'Apply with `--server-side --force-conflicts` (Argo CD: the sync option `ServerSideApply=true`).',
  },
  'helm-crds-separate': {
    title: 'Chart without its CRDs',
    severity: 'warning',
    explanation:
      'From v3.32.0 the tigera-operator chart no longer contains CRDs. Unless they are applied first, the Installation and the other custom resources of the chart cannot be created until the operator has made the CRDs.',
    remedy:
      'Install the chart crd.projectcalico.org.v1 of the same version, or apply v1_crd_projectcalico_org.yaml server-side, before the operator.',
  },
  'imageset-missing': {
    title: 'No ImageSet for this release',
    severity: 'error',
    explanation:
      'Once ImageSets are used, the operator wants one that is named after the release that it installs, and is degraded without it.',
    remedy: 'Add the ImageSet of the release before the operator moves to it.',
  },
  'known-vulnerability': {
    title: 'Release with a published vulnerability',
    severity: 'warning',
    explanation: 'A security advisory names this release, and a later one fixes it.',
    remedy: 'Move to a release with the fix.',
  },
  'newer-patch': {
    title: 'Newer patch of the same minor',
    severity: 'notice',
    explanation: 'A later patch of the same minor is out and is no trap; patches carry fixes only.',
    remedy: 'Move to the newest patch.',
  },
  'policy-operator-wrong': {
    title: 'Policy row with an operator of another release',
    severity: 'warning',
    explanation:
      'The policy pairs an operator with a Calico release that this operator does not install. Whoever follows the row lands on another release.',
    remedy: 'Correct the operator version in the policy file.',
  },
  'policy-recommendation-untested': {
    title: 'Policy recommends a release that is not tested with its Kubernetes',
    severity: 'warning',
    explanation:
      'The policy’s recommended Calico for a Kubernetes minor is untested with it, broken on it, a trap, or unknown.',
    remedy: 'Correct the recommended version in the policy file.',
  },
  'policy-below-minimum': {
    title: 'Calico below the policy’s minimum',
    severity: 'error',
    explanation:
      'The policy sets a minimum Calico release for this Kubernetes minor, and the files stay below it.',
    remedy: 'Move to the policy’s recommended release.',
  },
  'policy-not-recommended': {
    title: 'Calico other than the policy recommends',
    severity: 'notice',
    explanation: 'The pair satisfies the policy’s minimum, but is not the recommended one.',
    remedy: 'Move to the policy’s recommended release when convenient.',
  },
  'policy-ignore-expired': {
    title: 'Exception that has expired',
    severity: 'warning',
    explanation: 'The policy ignores a finding until a date that has passed; the finding counts again.',
    remedy: 'Fix what was ignored, or renew the exception with a new date.',
  },
} as const satisfies Readonly<Record<string, FindingKind>>;

export type FindingCode = keyof typeof FINDING_KINDS;

/** Whether a text is a code of the registry. */
export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(FINDING_KINDS, text);
}
