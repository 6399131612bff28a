// Which scope an operation asks for is said here, and nowhere else. `resource:action`: the resource is the first segment
// of the path, the action is read or write, and what differs from that stands in the table.

type Words = { zh: string; en: string }

/** First the exceptions by path, then what holds for the rest; the first that fits is taken. */
const rules: { path: RegExp; get: string[]; post: string[] }[] = [
  { path: /^\/v1\/(me|limits|status|requests|batch)\b/, get: [], post: [] },
  { path: /^\/v1\/organisations\/[^/]+\/(keys|clients)\b/, get: ['keys:read'], post: ['keys:manage'] },
  // Whoever registers organisations does not decide for them.
  { path: /\/retention-profile$/, get: [], post: ['retention:manage'] },
  { path: /\/(hours-)?history$/, get: ['{resource}:read', 'history:read'], post: [] },
  { path: /^\/v1\/cases\/[^/]+\/closure$/, get: [], post: ['cases:close'] },
  { path: /\/restriction(-lifting)?$/, get: [], post: ['{resource}:restrict'] },
  { path: /\/erasure(-approval|-refusal)?$/, get: ['{resource}:erase'], post: ['{resource}:erase'] },
  { path: /^\/v1\/(indicators|reports)\b/, get: ['reports:read'], post: ['reports:write'] },
  { path: /^\/v1\/(events|changes)\b/, get: ['events:read'], post: [] },
  { path: /^\/v1\/webhook-endpoints\b/, get: ['webhooks:manage'], post: ['webhooks:manage'] },
  // Every job is of webhooks yet.
  { path: /^\/v1\/jobs\b/, get: ['webhooks:manage'], post: ['webhooks:manage'] },
  { path: /^\/v1\/agreement-grants\b/, get: ['grants:manage'], post: ['grants:manage'] },
  { path: /^\/v1\/access-log\b/, get: ['audit:read'], post: [] },
  { path: /^\/v1\/access-overrides\/[^/]+\/review$/, get: [], post: ['overrides:manage'] },
  { path: /^\/v1\/access-overrides\b/, get: ['overrides:read'], post: ['overrides:create'] },
  // Whoever decides who else may see a person has more to answer for than who asks.
  { path: /^\/v1\/access-grants\/[^/]+\/(approval|refusal)$/, get: [], post: ['access-grants:manage'] },
  { path: /^\/v1\/sandbox\b/, get: ['sandbox:admin'], post: ['sandbox:admin'] },
  // Whoever searches or compares writes nothing, though the question is too private for an address.
  { path: /\/(search|match)$/, get: [], post: ['{resource}:read'] },
  { path: /^/, get: ['{resource}:read'], post: ['{resource}:write'] },
]

/** The scopes that a credential needs for an operation, all of them. */
export const scopesOf = (method: string, path: string): string[] => {
  const rule = rules.find((one) => one.path.test(path))!
  return rule[method === 'get' ? 'get' : 'post'].map((scope) => scope.replace('{resource}', path.split('/')[2]!))
}

const actions: Record<string, Words> = {
  read: { zh: '读取', en: 'read' },
  write: { zh: '记录与更正', en: 'record and correct' },
  close: { zh: '结束', en: 'close' },
  restrict: { zh: '限制处理与解除限制', en: 'restrict the processing of persons' },
  erase: { zh: '不可恢复地删除个人信息', en: 'erase persons for ever' },
  manage: { zh: '管理', en: 'manage' },
  create: { zh: '发起', en: 'begin' },
  admin: { zh: '管理', en: 'administer' },
}

/** What a scope allows, in one line for both languages. */
export const describeScope = (scope: string): string => {
  const [resource = '', action = ''] = scope.split(':')
  const { zh, en } = actions[action] ?? { zh: action, en: action }
  return `${en.charAt(0).toUpperCase()}${en.slice(1)}: ${resource}. ${zh}`
}
