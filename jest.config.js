/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{contracts,packages,services,scripts}/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest'] },
  testTimeout: 30_000,
  maxWorkers: 2,
}
