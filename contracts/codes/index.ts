export { codeLists, type CodeList } from './code-lists.ts'
export { divisionName, divisionRelease, divisionsUnder, isKnownDivision } from './divisions.ts'
export { checkCitizenId, type CitizenIdCheck } from './gb11643.ts'
export { checkUscc, type OrganisationKind, type UsccCheck } from './gb32100.ts'
