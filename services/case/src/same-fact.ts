/** Whether two facts say the same, whatever the order of their fields; a field left out is the same as undefined. */
export const sameFact = (one: object | undefined, other: object): boolean =>
  one !== undefined && written(one) === written(other)

const written = (fact: object) =>
  JSON.stringify(fact, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
