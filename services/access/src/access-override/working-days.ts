/**
 * So many working days after a day: Saturdays and Sundays do not count. Public holidays, and the weekends that make up
 * for them, are announced year by year and not known here.
 */
export function workingDaysAfter(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  for (let left = count; left > 0;) {
    date.setUTCDate(date.getUTCDate() + 1)
    if (date.getUTCDay() % 6 !== 0) left--
  }
  return date.toISOString().slice(0, 10)
}
