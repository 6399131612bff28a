import { expect, test } from '@jest/globals'
import { boot } from '@wushe/testkit'
import { services } from '../all-services.ts'
import { exampleWorld } from './example-world.ts'

test('the examples of the contract tell one story, which the product takes', async () => {
  const product = await boot(services)
  const { refused } = await exampleWorld(product.url, product.operator.key)
  await product.stop()
  expect(refused).toEqual([])
}, 120_000)
