/** Another living process runs the cluster in this folder; `pid` is that process, where it could be read. */
export class FolderInUse extends Error {
  override name = 'FolderInUse'
  readonly pid: number | undefined

  constructor(folder: string, pid: number | undefined) {
    const [holder, kill] = pid === undefined ? ['another process', ''] : [`process ${pid}`, `, or kill ${pid}`]
    super(`${folder} is in use by ${holder}. Stop that one first (Ctrl-C there${kill}), or choose another folder.`)
    this.pid = pid
  }
}

/** The folder belongs to another account of this machine, so we can neither read nor write it. */
export class FolderNotOurs extends Error {
  override name = 'FolderNotOurs'

  constructor(folder: string, problem: string) {
    super(
      `${folder} cannot be used: ${problem}. Run as the account that made it, or hand it over ` +
        `(sudo chown -R "$(id -un)" '${folder}'), or choose another folder.`,
    )
  }
}

/** The folder holds a cluster of another PostgreSQL major version; nothing in it was touched. */
export class OtherPostgresVersion extends Error {
  override name = 'OtherPostgresVersion'

  constructor(folder: string, found: string, ours: string) {
    super(
      `${folder} holds data of PostgreSQL ${found}, and this release brings PostgreSQL ${ours}. Nothing was changed. ` +
        `Start the release that wrote it, or move the data with pg_upgrade, or choose another folder.`,
    )
  }
}

/** There is no PostgreSQL program for this machine, or the one that is there does not run. */
export class PostgresMissing extends Error {
  override name = 'PostgresMissing'
}

/** PostgreSQL or initdb ended instead of doing its work; the message holds its last words. */
export class PostgresFailed extends Error {
  override name = 'PostgresFailed'
}
