import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { agreement } from './agreement/agreement.ts'
import { activated, drafted, ended, signed } from './agreement/examples.ts'
import { closed, started, voided } from './project/examples.ts'
import { project } from './project/project.ts'

test('an agreement comes to a state by whatever happens in whatever order', () =>
  fc.assert(
    fc.property(fc.array(fc.constantFrom(drafted, signed, activated, ended)), (story) =>
      expect(typeof story.reduce(agreement.evolve, agreement.initial).status).toBe('string'),
    ),
  ))

test('a project comes to a state by whatever happens in whatever order', () =>
  fc.assert(
    fc.property(fc.array(fc.constantFrom(started, closed, voided)), (story) =>
      expect(typeof story.reduce(project.evolve, project.initial).status).toBe('string'),
    ),
  ))
