/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{acceptance,contracts,infra,packages,services,scripts}/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/packages/sdk/dist/'],
  transform: { '\\.ts$': ['@swc/jest'] },
  globalSetup: '<rootDir>/packages/testkit/jest-setup.ts',
  globalTeardown: '<rootDir>/packages/testkit/jest-teardown.ts',
  testSequencer: '<rootDir>/packages/testkit/jest-order.js',
  testTimeout: 30_000,
  maxWorkers: 2,
}
