import './jest-setup.ts'

export default () => globalThis.stopTestPostgres?.()
