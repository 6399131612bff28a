import { randomUUID } from 'node:crypto'
import { Unavailable, type EventStore } from '@wushe/event-store'
import { newSalt, type Vault } from '@wushe/vault'
import { TypeID } from 'typeid-js'
import { v7 as newUuid } from 'uuid'
import type { Class } from './contract.ts'
import { stamp, type Request } from './stamp.ts'

/** Somebody is about to be shown sealed data of persons: the one thing that a log of accesses has to know. */
export type Disclosure = {
  operationId: string
  /** Whose data it is: the organisation that recorded it. */
  tenant: string
  /** Ids of the persons; of a note that is about nobody in particular, none. */
  persons: string[]
  classes: Class[]
  /** How many records, or events of a history, are shown opened. */
  records: number
  /** The grant that opens it to an organisation other than the tenant. */
  agreementGrantId?: string
  basis?: string
  /** What opened the record of that person to whom it is else closed: an approved request, or an emergency. */
  accessGrantId?: string
  overrideId?: string
}

/** Records a disclosure to who made the request; once it answers, the data may be shown. */
export type Disclose = (disclosure: Disclosure, request: Request) => Promise<void>

/**
 * Each disclosure is an event in a stream of its own, so that no reader waits for another. What cannot be recorded is
 * not shown.
 */
export const recordingDisclosures =
  ({ store, vault }: { store: EventStore; vault: Vault }): Disclose =>
  async ({ tenant, persons, ...rest }, request) => {
    const streamId = TypeID.fromUUID('dis', newUuid({ random: newSalt() })).toString()
    const events = hundreds(persons).map((some) => ({
      type: 'PersonalDataDisclosed',
      data: { ...rest, persons: some },
    }))
    try {
      const stamped = await stamp(
        events,
        { category: 'disclosure', streamId, revision: 0, tenant },
        { ...request, commandId: randomUUID() },
        vault,
      )
      await store.append(
        `disclosure-${streamId}`,
        'no_stream',
        stamped.map((one) => one.stored),
      )
    } catch (cause) {
      throw new Unavailable('A disclosure could not be recorded.', { cause })
    }
  }

const hundreds = (persons: readonly string[]): string[][] =>
  persons.length <= 100 ? [[...persons]] : [persons.slice(0, 100), ...hundreds(persons.slice(100))]
