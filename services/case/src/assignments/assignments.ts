import { gathering, sql, type Recorded, type Statement } from '@wushe/slice'

/**
 * What is assigned to which social worker: a case with the person and the concern that it is about, and a group to those
 * who led one of its sessions. What nobody was assigned to yet is with the credential that began it. The host asks it to
 * know what a social worker's credential reaches.
 */
export const assignments = gathering<Statement | Begun>('assignments', {
  tables: ['host.assignments'],
  write: inRuns,
  on: {
    case: {
      SubjectRegistered: (event) => begun(event, [event.streamId]),
      ConcernRaised: (event) => begun(event, [event.streamId]),
      GroupPlanned: (event) => begun(event, [event.streamId]),
      ActivityPlanned: (event) => begun(event, [event.streamId]),
      CaseOpened: (event) => begun(event, [event.streamId, event.data.subjectId, ...concernOf(event.data)]),
      CaseCorrected: ({ streamId, data }) => [
        sql`delete from host.assignments where via = ${streamId} and thing_id not in (${streamId}, ${data.subjectId})`,
        ...concernOf(data).map(
          (concernId) => sql`
            insert into host.assignments (via, thing_id, tenant, worker_id, begun_by)
            select via, ${concernId}, tenant, worker_id, begun_by from host.assignments
            where via = ${streamId} and thing_id = ${streamId} on conflict do nothing`,
        ),
      ],
      WorkerAssigned: ({ streamId, data: { practitionerId } }) => sql`
        update host.assignments set worker_id = ${practitionerId}
        where via = ${streamId} or (via = thing_id and thing_id in (
          select thing_id from host.assignments where via = ${streamId}))`,
      CaseVoided: ({ streamId }) => sql`delete from host.assignments where via = ${streamId}`,
      GroupSessionHeld: (event) => led(event, event.data),
      GroupSessionCorrected: (event) => [notLed(event.data), ...led(event, event.data)],
      GroupSessionVoided: ({ data }) => notLed(data),
    },
  },
})

const concernOf = ({ concernId }: { concernId?: string | undefined }) => (concernId === undefined ? [] : [concernId])

type Begun = { via: string; thing: string; tenant: string; begunBy: string }

const begun = ({ streamId, meta: { tenant, actor } }: Recorded, things: readonly string[]): Begun[] =>
  things.map((thing) => ({ via: streamId, thing, tenant, begunBy: actor.keyId }))

/** What is begun is most of what happens, and one after the other is written down at once. */
function inRuns(told: readonly (Statement | Begun)[]): Statement[] {
  const statements: Statement[] = []
  let run: Begun[] = []
  const end = () => {
    if (run.length > 0) statements.push(insert(run))
    run = []
  }
  for (const one of told) {
    if ('begunBy' in one) run.push(one)
    else {
      end()
      statements.push(one)
    }
  }
  end()
  return statements
}

const insert = (run: readonly Begun[]): Statement => sql`
  insert into host.assignments (via, thing_id, tenant, begun_by)
  select * from unnest(${run.map(({ via }) => via)}::text[], ${run.map(({ thing }) => thing)}::text[],
    ${run.map(({ tenant }) => tenant)}::text[], ${run.map(({ begunBy }) => begunBy)}::text[]) on conflict do nothing`

/** By each of its leaders, a session is named with them. */
const led = (
  { streamId, meta: { tenant } }: Recorded,
  { sessionId, facilitators }: { sessionId: string; facilitators: readonly string[] },
): Statement[] =>
  facilitators.map(
    (worker) => sql`
      insert into host.assignments (via, thing_id, tenant, worker_id)
      values (${`${sessionId} ${worker}`}, ${streamId}, ${tenant}, ${worker}) on conflict do nothing`,
  )

const notLed = ({ sessionId }: { sessionId: string }) =>
  sql`delete from host.assignments where via like ${`${sessionId} %`}`
