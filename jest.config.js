/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      'ts-jest',
      {
        useESM: true,
        diagnostics: false,
        tsconfig: {
          isolatedModules: true,
          module: 'ESNext',
          moduleResolution: 'bundler',
          target: 'ES2022',
          types: ['node'],
          esModuleInterop: true,
          resolveJsonModule: true,
        },
      },
    ],
  },
  globalSetup: '<rootDir>/test-cluster/jest-setup.js',
  globalTeardown: '<rootDir>/test-cluster/jest-teardown.js',
  injectGlobals: false,
  restoreMocks: true,
};
