export { run, type Host, type RunOptions } from './run.ts'
export { service, type CommandSlice, type Service } from './service.ts'
export { databaseOf, prepareDatabases, type Credentials } from './setup.ts'
export { act } from './act.ts'
