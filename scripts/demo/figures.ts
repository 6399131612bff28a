// What the figures must say once the workload is recorded.

/** As published: all twenty stations. */
export const published = {
  'IND-C1': '230',
  'IND-C2': '1415',
  'IND-C3': '0',
  'IND-G1': '117',
  'IND-G2': '702',
  'IND-G3': '4811',
  'IND-A1': '359',
  'IND-A2': '33862',
  'IND-P1': '1009',
  'IND-V1': '4888',
  'IND-V2': '18993',
  'IND-R1': '60',
  'IND-R2': '171953.00',
  'IND-S1': '53.06',
  'IND-S4': '100.00',
} satisfies Record<string, string>
export const publishedNationalLicenceRate = '40.82'

type Figures = Record<keyof typeof published, string>

/** Of the first stations alone, by the rules of the workload: how what was published is spread over the twenty. */
export function figuresOf(stations: number): {
  figures: Figures
  nationalLicenceRate: string
} {
  const share = (total: number) => Math.floor(total / 20) * stations + Math.min(stations, total % 20)
  const [cases, groups, activities, volunteers] = [share(230), share(117), share(359), share(4888)]
  const resources = 3 * stations
  const workers = 2 * stations + Math.min(stations, 9)
  const licensed = (of: number) => percent(Math.min(workers, of), workers)
  const figures = {
    'IND-C1': cases,
    // Six sessions a case, seven in the first 35.
    'IND-C2': 6 * cases + Math.min(cases, 35),
    'IND-C3': 0,
    'IND-G1': groups,
    'IND-G2': 6 * groups,
    // Seven members, six sessions; from the fifteenth group on one is absent once.
    'IND-G3': 42 * groups - Math.max(groups - 14, 0),
    'IND-A1': activities,
    'IND-A2': 94 * activities + Math.min(activities, 116),
    // Two members of each station's first group are also served in cases.
    'IND-P1': cases + 7 * groups - 2 * stations,
    'IND-V1': volunteers,
    'IND-V2': 3 * volunteers + Math.min(volunteers, 4329),
    'IND-R1': resources,
    'IND-R2': ((286_588 * resources + Math.min(resources, 20)) / 100).toFixed(2),
    'IND-S1': licensed(26),
    'IND-S4': percent(stations, 20),
  }
  const texts = Object.entries(figures).map(([indicator, value]) => [indicator, String(value)])
  return {
    figures: Object.fromEntries(texts) as Figures,
    nationalLicenceRate: licensed(20),
  }
}

const percent = (part: number, whole: number) => ((100 * part) / whole).toFixed(2)
