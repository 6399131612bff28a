import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { openFolder } from './folder.ts'
import { defaultsOf, grown } from './settings.ts'

test('a cluster that has grown gets more memory and a longer journal when it starts again', () => {
  const dir = mkdtempSync(join(tmpdir(), 'wushe-settings-'))
  try {
    const folder = openFolder(dir)
    const young = defaultsOf(folder)
    expect(young).not.toMatchObject(grown)
    mkdirSync(join(folder.data, 'base/5'), { recursive: true })
    const table = join(folder.data, 'base/5/16384')
    writeFileSync(table, '')
    truncateSync(table, 1.9e9) // Of holes: it takes no room.
    expect(defaultsOf(folder)).toEqual(young)
    truncateSync(table, 2.1e9)
    expect(defaultsOf(folder)).toEqual(totalmem() >= 4e9 ? { ...young, ...grown } : young)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
