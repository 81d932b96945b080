/**
 * The layers of src, lowest first: each may import only from those before it (and from its own). Only main.ts knows
 * the adapters, and only the adapters know the world outside.
 */
const LAYERS = [
  ['version', 'text', 'yaml', 'errors'],
  ['catalog', 'findings', 'ports'],
  ['policy', 'detectors', 'cluster'],
  ['check', 'connectivity', 'upgrade', 'inputs', 'inputs-table'],
  ['report'],
  ['adapters'],
  ['main', 'index', 'post'],
];
const pathOf = (names) => `^src/(?:${names.join('|')})(?:/|\\.ts$)`;

const upward = LAYERS.slice(0, -1).map((names, index) => ({
  name: `${names.join('-')}-stay-below`,
  severity: 'error',
  comment: 'A layer must not import from a layer above it.',
  from: { path: pathOf(names) },
  to: { path: pathOf(LAYERS.slice(index + 1).flat()) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(?:src|scripts|bench|test-cluster)' },
      to: { circular: true },
    },
    {
      name: 'check-and-upgrade-apart',
      severity: 'error',
      comment: 'The two flows share only what lies below both.',
      from: { path: '^src/check/' },
      to: { path: '^src/(?:upgrade|connectivity|cluster)/' },
    },
    {
      name: 'upgrade-and-check-apart',
      severity: 'error',
      from: { path: '^src/(?:upgrade|connectivity|cluster)/' },
      to: { path: '^src/check/' },
    },
    {
      name: 'detectors-apart',
      severity: 'error',
      comment: 'A detector knows its own format only; what several need lies beside the folders.',
      from: { path: '^src/detectors/([^/]+)/' },
      to: { path: '^src/detectors/[^/]+/', pathNot: '^src/detectors/$1/' },
    },
    {
      name: 'no-tests-in-the-program',
      severity: 'error',
      comment: 'The test cluster may use the program, never the other way round.',
      from: { path: '^(?:src|scripts)/' },
      to: { path: '^(?:test-cluster|__tests__)/' },
    },
    {
      name: 'world-through-adapters',
      severity: 'error',
      comment: 'Files, network, processes, GitHub and the cluster are reached through ports.',
      from: { path: '^src/', pathNot: '^src/adapters/' },
      to: {
        path: '^(?:node:)?(?:fs|http|https|net|child_process|os|timers|process)(?:/|$)|node_modules/(?:@actions|@octokit|@kubernetes|undici)/',
      },
    },
    {
      name: 'production-dependencies-only',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$|^src/(?:index|post)\\.ts$' },
      to: {},
    },
    { name: 'nothing-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
