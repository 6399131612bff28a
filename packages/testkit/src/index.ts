export { aMoment, given, noon } from './given.ts'
