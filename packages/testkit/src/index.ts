export { boot, type Api, type Answer, type Booted } from './boot.ts'
export { aMoment, given, noon } from './given.ts'
export { seen } from './seen.ts'
