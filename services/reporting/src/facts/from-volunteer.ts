import { sql, type Following } from '@wushe/slice'
import { about, endingBefore, everything, factsFrom } from './fact.ts'

/** Stations, practitioners, licences and volunteers: states, each from a day until another; and hours, which are acts. */
export const fromVolunteer: Following['volunteer'] = {
  StationEstablished: (event) => {
    const { streamId, data } = event
    const { level, divisionCode, occurredOn } = data
    return stations.add(event, [
      {
        fact: streamId,
        kind: 'station',
        record: streamId,
        stationId: streamId,
        subject: townshipOf(divisionCode),
        occurredOn,
        valid: { from: occurredOn },
        quantity: 1,
        dims: { level, divisionCode },
      },
    ])
  },
  StationClosed: (event) => stations.change(event, everything, { valid: endingBefore(event.data.occurredOn) }),
  StationCorrected: (event) => {
    const { level, divisionCode, occurredOn, agreementId = null } = event.data
    return stations.change(event, everything, {
      agreement_id: sql`${agreementId}::text`,
      subject: sql`${townshipOf(divisionCode)}::text`,
      occurred_on: sql`${occurredOn}::date`,
      valid: beginningOn(occurredOn),
      dims: sql`${JSON.stringify({ level, divisionCode })}::jsonb`,
    })
  },
  StationVoided: (event) => stations.end(event, everything),

  PractitionerRegistered: (event) => {
    const { streamId, data } = event
    const { employment, occurredOn } = data
    return practitioners.add(event, [
      {
        fact: streamId,
        kind: 'practitioner',
        record: streamId,
        subject: streamId,
        occurredOn,
        valid: { from: occurredOn },
        quantity: 1,
        dims: { employment },
      },
    ])
  },
  // One row per station: the row that holds on this day ends there, and another goes on.
  AssignedToStation: (event) => {
    const { siteId, occurredOn } = event.data
    const day = sql`${occurredOn}::date`
    return practitioners.change(
      event,
      sql`kind = 'practitioner' and valid @> ${day}`,
      {
        fact: sql`part.fact`,
        valid: sql`part.valid`,
        station_id: sql`part.station_id`,
        occurred_on: sql`part.occurred_on`,
      },
      sql`closed cross join lateral (values
            (closed.fact, closed.valid * daterange(null, ${day}), closed.station_id, closed.occurred_on),
            (${`${event.streamId}@${occurredOn}`}::text, closed.valid * daterange(${day}, null), ${siteId}::text, ${day})
          ) part (fact, valid, station_id, occurred_on)`,
    )
  },
  PractitionerLeft: (event) =>
    practitioners.change(event, sql`kind = 'practitioner'`, { valid: endingBefore(event.data.occurredOn) }),
  // The day is that of the beginning, the station is the present one.
  PractitionerCorrected: (event) => {
    const { employment, occurredOn, agreementId = null, siteId = null } = event.data
    const first = sql`lower(closed.valid) = (select min(lower(valid)) from closed)`
    const last = sql`lower(closed.valid) = (select max(lower(valid)) from closed)`
    return practitioners.change(event, sql`kind = 'practitioner'`, {
      agreement_id: sql`${agreementId}::text`,
      station_id: sql`case when ${last} then ${siteId}::text else closed.station_id end`,
      occurred_on: sql`case when ${first} then ${occurredOn}::date else closed.occurred_on end`,
      valid: sql`case when ${first} then ${beginningOn(occurredOn)}
                 else closed.valid * daterange(${occurredOn}::date, null) end`,
      dims: sql`${JSON.stringify({ employment })}::jsonb`,
    })
  },
  PractitionerVoided: (event) => practitioners.end(event, everything),
  LicenceRecorded: (event) => {
    const { licenceId, level, line, validIn = [], occurredOn, expiresOn } = event.data
    return practitioners.add(event, [
      {
        fact: licenceId,
        kind: 'licence',
        record: licenceId,
        subject: event.streamId,
        occurredOn,
        valid: { from: occurredOn, to: expiresOn },
        quantity: 1,
        dims: { level, line, validIn },
      },
    ])
  },
  LicenceVoided: (event) => practitioners.end(event, about(event.data.licenceId)),

  RealNameVerified: (event) => {
    const { streamId, data } = event
    return volunteers.add(event, [
      {
        fact: streamId,
        kind: 'volunteer',
        record: streamId,
        subject: streamId,
        occurredOn: data.occurredOn,
        valid: { from: data.occurredOn },
        quantity: 1,
      },
    ])
  },
  VolunteerWithdrawn: (event) => volunteers.change(event, everything, { valid: endingBefore(event.data.occurredOn) }),
  VolunteerVoided: (event) => volunteers.end(event, everything),

  HoursConfirmed: (event) => {
    const { entryId, minutes, occurredOn } = event.data
    return hours.replace(event, about(entryId), [
      { fact: entryId, kind: 'hours', record: entryId, subject: event.streamId, occurredOn, quantity: minutes },
    ])
  },
  HoursRejected: (event) => hours.end(event, about(event.data.entryId)),
  HoursVoided: (event) => hours.end(event, about(event.data.entryId)),
}

const stations = factsFrom('volunteer', 'station')
const practitioners = factsFrom('volunteer', 'practitioner')
const volunteers = factsFrom('volunteer', 'volunteer')
const hours = factsFrom('volunteer', 'hours')

/** The division of a community (12 digits) lies in that of its township (9). */
const townshipOf = (divisionCode: string) => divisionCode.slice(0, 9)

const beginningOn = (day: string) => sql`
  case when upper(closed.valid) <= ${day}::date then 'empty'::daterange
  else daterange(${day}::date, upper(closed.valid)) end`
