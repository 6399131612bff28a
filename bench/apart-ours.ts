// A process of the bench: starts the services apart, as scripts/start --apart does.
import { startApart } from '../scripts/apart.ts'
import type { Product } from '../scripts/product.ts'
import { asChild, childOptions } from './child.ts'

export type ApartProduct = Pick<Product, 'url' | 'keys' | 'organisations'>

const { dir } = childOptions<{ dir: string }>()
const { url, keys, organisations, stop } = await startApart({ dir, port: 0 })
asChild({ url, keys, organisations } satisfies ApartProduct, { stop })
