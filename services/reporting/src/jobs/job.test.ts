import { describe, expect, test } from '@jest/globals'
import { eventIdOf, jobIdOf, jobOf, type JobRow } from './job.ts'

const replay: JobRow = {
  ...{ id: 'job_1', endpoint_id: 'whk_1', active: true, requested_at: '2026-01-01T00:00:00.000Z' },
  ...{ started_at: '2026-01-01T00:00:10.000Z', cancelled_at: null, last_at: '2026-01-01T00:01:50.000Z' },
  ...{ found: true, delivered: 190, failed: 0, pending: 10 },
}
const now = '2026-01-01T00:01:50.000Z'
const at = (change: Partial<JobRow>) => jobOf({ ...replay, ...change }, now)

test('a job has the id of the event that asked for it', () => {
  const event = '019364f0-c8a5-7f0e-9c1d-2b3a4f5e6d7c'
  expect([jobIdOf(event), eventIdOf(jobIdOf(event))]).toEqual(['job_019364f0c8a57f0e9c1d2b3a4f5e6d7c', event])
})

describe('a job', () => {
  test('waits until it is begun, and while its endpoint is not there', () => {
    expect(at({ started_at: null, delivered: 0, pending: 0, found: false }).status).toBe('waiting')
    expect(at({ active: false }).status).toBe('waiting')
  })
  test('that goes on says how far it has come, and how fast', () => {
    expect(at({})).toMatchObject({ status: 'running', progress: { done: 190, total: 200, ratePerSecond: 1.9 } })
    expect(at({ found: false }).progress).not.toHaveProperty('total')
    expect(at({})).not.toHaveProperty('result')
  })
  test('is done when all was delivered, and failed when some of it could not be', () => {
    expect(at({ pending: 0 })).toMatchObject({ status: 'done', endedAt: now, result: { delivered: 190, failed: 0 } })
    expect(at({ pending: 0, failed: 1 })).toMatchObject({ status: 'failed', result: { delivered: 190, failed: 1 } })
    expect(at({ pending: 0, delivered: 0, last_at: null })).toMatchObject({ status: 'done', progress: { total: 0 } })
  })
  test('that was cancelled ended then, with what it had done', () => {
    const cancelled = at({ cancelled_at: '2026-01-01T00:01:00.000Z', pending: 0 })
    expect(cancelled).toMatchObject({ status: 'cancelled', endedAt: '2026-01-01T00:01:00.000Z' })
    expect(cancelled.result).toEqual({ delivered: 190, failed: 0 })
  })
})
