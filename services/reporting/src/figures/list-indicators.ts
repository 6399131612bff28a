import { query } from '@wushe/slice'
import { indicators } from './indicator.ts'

export const listIndicators = query('listIndicators', async () => ({ data: [...indicators] }))
