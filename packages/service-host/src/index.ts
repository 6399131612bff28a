export { run, type Host, type RunOptions } from './run.ts'
export { service, type CommandSlice, type Service } from './service.ts'
export { databaseOf, prepareDatabases, type Credentials } from './setup.ts'
export { accessUpcasters } from './access.ts'
export { act, idActed } from './act.ts'
export { sandboxOf } from './sandbox.ts'
export { caughtUp } from './caught-up.ts'
export { openLog } from './log.ts'
export { metrics } from './metrics.ts'
export {
  readAccessConfig,
  readConfig,
  readDatabaseUrl,
  readKafkaConfig,
  readTelemetryConfig,
  variables,
} from './config.ts'
export { openTelemetry } from './telemetry.ts'
export { serve } from './serve.ts'
export { getAuthorizationServer, issueToken, listSigningKeys } from './token-endpoint.ts'
export { operations, serviceAt } from './contract.ts'
export { serviceOfRequest } from './request.ts'
export { answerUnavailable } from './unavailable.ts'
