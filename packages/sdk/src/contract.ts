// All that this package takes from the contract, and types only. When it is built, the types themselves take this place.
export type * from '@wushe/contracts/client'
