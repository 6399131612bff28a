/**
 * Gathers questions while one load is under way and asks them together in the next one, each once. A question never
 * joins a load that has already begun, so its answer is never older than the question. A load that fails fails for
 * everybody in it.
 */
export const coalesce = <Ask, Answer>(load: (asks: Map<string, Ask>) => Promise<Map<string, Answer>>) => {
  let gathering: { asks: Map<string, Ask>; answers: Promise<Map<string, Answer>> } | undefined
  let underWay: Promise<unknown> = Promise.resolve()

  const begin = () => {
    const asks = new Map<string, Ask>()
    const answers = underWay.then(() => {
      gathering = undefined
      return load(asks)
    })
    underWay = answers.catch(() => {})
    return { asks, answers }
  }

  return (asks: Iterable<[string, Ask]>): Promise<Map<string, Answer>> => {
    gathering ??= begin()
    for (const [key, ask] of asks) gathering.asks.set(key, ask)
    return gathering.answers
  }
}
