export { startCluster, type Cluster, type ClusterOptions } from './cluster.ts'
export { grown } from './settings.ts'
export { freePort } from './postmaster.ts'
export { FolderInUse, FolderNotOurs, OtherPostgresVersion, PostgresFailed, PostgresMissing } from './errors.ts'
