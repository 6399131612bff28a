export { boot, type Api, type Answer, type Booted } from './boot.ts'
export { aMoment, given, noon } from './given.ts'
export { seen } from './seen.ts'
export { asked, commandLaws, evolveLaws, type Asked, type CommandsOf } from './laws.ts'
