export { startCluster, type Cluster, type ClusterOptions } from './cluster.ts'
export { FolderInUse, FolderNotOurs, OtherPostgresVersion, PostgresFailed, PostgresMissing } from './errors.ts'
