/**
 * How many working days lie after one calendar day, up to and including another. Mondays to Fridays: the public
 * holidays and the weekends worked in exchange are announced year by year and not known here, so that a confirmation
 * near a holiday may be called late when it was not.
 */
export const workingDaysAfter = (day: string, until: string) => {
  const [first, last] = [dayNumber(day) + 1, dayNumber(until)]
  if (!(first <= last)) return 0
  const weeks = Math.floor((last - first + 1) / 7)
  let count = weeks * 5
  for (let one = first + weeks * 7; one <= last; one++) if (!isWeekend(one)) count++
  return count
}

const dayInMs = 86_400_000
const dayNumber = (day: string) => Date.parse(day) / dayInMs
const isWeekend = (day: number) => [0, 6].includes(new Date(day * dayInMs).getUTCDay())
