import retention from '@wushe/contracts/retention.json' with { type: 'json' }

/** By which an organisation keeps persons' data until it chooses. */
export const usualProfile = retention.default
