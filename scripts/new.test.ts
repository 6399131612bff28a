import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { copyOfTheTree } from './copy-of-the-tree.fixture.ts'

const { folder, remove } = copyOfTheTree()
afterAll(remove)

const run = (program: string, ...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' })
const makeNew = (...args: string[]) => run('scripts/new.ts', ...args)
/** Of one service and what it imports: all of the tree takes four times as long. */
const accessAlone = join(folder, 'tsconfig.access.json')
writeFileSync(accessAlone, JSON.stringify({ extends: './tsconfig.json', include: ['services/access'] }))
const complaintsOfAccess = () =>
  spawnSync(join(folder, 'node_modules/.bin/tsc'), ['-p', accessAlone], { cwd: folder, encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.startsWith('services/access/'))
const change = (file: string, from: string, to: string) =>
  writeFileSync(join(folder, file), readFileSync(join(folder, file), 'utf8').replace(from, to))

const organisation = 'services/access/src/organisation'

test('a new command compiles once its event is in evolve, and its test fails until its rules are written', () => {
  expect(makeNew('command', 'access', 'rename-organisation', '--path', 'renaming')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('organisation.ts') as unknown,
  })
  expect(complaintsOfAccess()).toEqual([expect.stringMatching(`^${organisation}/organisation.ts.*lacks ending return`)])

  change(
    `${organisation}/organisation.ts`,
    'switch (event.type) {',
    `$&\n      case 'OrganisationRenamed':\n        return state`,
  )
  expect(complaintsOfAccess()).toEqual([])

  const jest = run('--experimental-vm-modules', 'node_modules/jest/bin/jest.js', `${organisation}/rename`)
  expect(jest).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/Expected: not .*OrganisationRenamed/) as unknown,
  })
})

test('what is said unclearly writes nothing and says what is possible', () => {
  expect(makeNew('command', 'access', 'paint-house').stderr).toMatch('the service knows: organisation, api-key')
  expect(makeNew('command', 'acces', 'rename-organisation').stderr).toMatch('only access, case,')
  expect(makeNew('command', 'access', 'suspend-organisation').stderr).toMatch('has suspendOrganisation already')
  expect(makeNew('event', 'access', 'HousePainted').stderr).toMatch('--of accessgrant|accessoverride|organisation')
  expect(makeNew('event', 'access', 'OrganisationSuspended').stderr).toMatch('gets a v2, never a change')
})
