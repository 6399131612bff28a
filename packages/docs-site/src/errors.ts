import type { Contract, Language, Problem, Text } from './contract.ts'
import type { Page } from './pages.ts'

/** The catalogue of errors: an overview, and a page for each code of contracts/problems.yaml. */
export function errorPages(contract: Contract, language: Language): Page[] {
  const { problems, answerTo } = contract
  const say = words[language]
  const codes = Object.entries(problems).sort(([a, x], [b, y]) => x.status - y.status || a.localeCompare(b))
  const statuses = [...new Set(codes.map(([, { status }]) => status))]
  const overview = statuses.flatMap((status) => [
    `## ${status}`,
    `${adviceFor(status)[language]}`,
    [
      `| ${say.code} | ${say.meaning} |`,
      '| --- | --- |',
      ...codes
        .filter(([, problem]) => problem.status === status)
        .map(([code, { title }]) => `| [\`${code}\`](/docs/errors/${code}) | ${title[language]} |`),
    ].join('\n'),
  ])
  const page = (path: string, title: string, parts: string[]): Page => ({
    ...{ language, path, section: 'errors', title },
    markdown: `${parts.join('\n\n')}\n`,
  })
  return [
    page('errors', say.title, [`# ${say.title}`, say.intro, ...overview]),
    ...codes.map(([code, problem]) =>
      page(`errors/${code}`, code, [
        `# ${code}`,
        `**${problem.title[language]}**`,
        ...(problem.detail ? [`${problem.detail[language]}`] : []),
        facts(code, problem, language),
        `## ${say.wayOut}`,
        ...(problem.remedy ? [problem.remedy[language]] : []),
        adviceFor(problem.status)[language],
        ...(problem.params?.length
          ? [`## ${say.params}`, say.paramsAre, problem.params.map((name) => `- \`${name}\``).join('\n')]
          : []),
        `## ${say.operations}`,
        ...answeredBy(code, problem, contract, language),
        `## ${say.example}`,
        '```json\n' + JSON.stringify(exampleOf(code, problem, language, answerTo), null, 2) + '\n```',
        say.more,
      ]),
    ),
  ]
}

function facts(code: string, { status, retryable }: Problem, language: Language) {
  const say = words[language]
  const again = retryable ? say.yes : say.no
  return `| ${say.code} | ${say.status} | ${say.retryable} |\n| --- | --- | --- |\n| \`${code}\` | ${status} | ${again} |`
}

/** The operations with their own rule for it; or all that may answer with its status. */
function answeredBy(code: string, { status }: Problem, { openapi, refusals }: Contract, language: Language): string[] {
  const say = words[language]
  const all = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      address: `${method.toUpperCase()} ${path}`,
    })),
  )
  const own = refusals[code]
  const these = all.filter(({ operationId, responses }) => own?.includes(operationId) ?? String(status) in responses)
  const list = these
    .map(({ operationId, tags, address }) => `- [\`${address}\`](/docs/reference#/${tags[0]}/${operationId})`)
    .join('\n')
  if (own) return [list]
  if (these.length === 0) return [say.none]
  return [say.any, `<details><summary>${say.show} (${these.length})</summary>\n\n${list}\n\n</details>`]
}

const exampleOf = (code: string, { params }: Problem, language: Language, answerTo: Contract['answerTo']) =>
  answerTo(
    { refused: code, ...(params && { params: Object.fromEntries(params.map((name) => [name, sample(name)])) }) },
    language,
    'req_019364f0c8a57f0e9c1d2b3a4f5e6d7c',
  )

/** Something of the kind that a parameter of this name holds. */
const sample = (name: string): string | number => {
  if (/Id$|^id$/.test(name)) return `${name === 'id' ? 'sub' : name.slice(0, 3)}_01h455vb4pex5vsknk084sn001`
  if (/bytes/i.test(name)) return 1_000_000
  if (
    /version|minutes|minimum|maximum|max|min|count|value|total|left|needed|quantity|limit|hours|position|retryAfter/i.test(
      name,
    )
  )
    return 3
  if (/date|On$|day/i.test(name)) return '2024-02-01'
  return samples[name] ?? '…'
}
const samples: Record<string, string> = {
  ...{ allow: 'GET, POST', roles: 'contractor', status: 'closed', missing: 'plan, feedback' },
  ...{ from: '2021-07-01', to: '2023-12-31', after: '12', latest: '2024-01-01', sunset: '2024-01-01' },
  ...{ asOf: '2024-02-01T00:00:00Z', now: '2024-01-01T00:00:00Z', policy: 'requests' },
  ...{ scopes: 'cases:close', requiredScopes: 'cases:close', encoding: 'compress', charset: 'gbk' },
}

const adviceFor = (status: number): Text => advice[status] ?? advice[500]!
const advice: Record<number, Text> = {
  200: {
    zh: '这不是错误，而是答复中 `warnings` 里的提醒：已经记录，请核对。',
    en: 'No error but a warning, in `warnings` of an answer: it was recorded; please check it.',
  },
  400: {
    zh: '请求本身有误，什么都没有记录。请按 `errors` 与 `detail` 改正后，用同一个 `Idempotency-Key` 重发。原样重发得到同样的答复。',
    en: 'The request itself is wrong, and nothing was recorded. Mend what `errors` and `detail` name and send it again with the same `Idempotency-Key`. Sent as it is, it gets the same answer.',
  },
  401: {
    zh: '不知道您是谁。请检查密钥或令牌是否完整、是否过期或已吊销；新密钥由贵机构或平台运营方签发。',
    en: 'We do not know who you are. Look whether the key or token is whole, expired or revoked; your organisation or the operator issues a new one.',
  },
  403: {
    zh: '知道您是谁，但您无权这样做。`GET /v1/me` 说明您的机构与类别；每个操作的 `x-roles` 说明谁可以调用，`x-scopes` 说明密钥需要什么范围；全部规则见[谁可以做什么](/docs/access)。',
    en: 'We know who you are, and you may not do this. `GET /v1/me` says who you are; `x-roles` of each operation says who may call it, `x-scopes` what the key needs; all rules: [who may do what](/docs/access).',
  },
  404: {
    zh: '不存在，或不属于您能看到的范围；两者的答复完全相同。请核对地址与所用的密钥。',
    en: 'It does not exist, or not for you; the answer is the same for both. Check the address, and with whose key you ask.',
  },
  405: {
    zh: '地址存在，方法不对。答复头 `Allow` 列出可用的方法。',
    en: 'The address exists and takes other methods; the header `Allow` lists them.',
  },
  409: {
    zh: '现在的状态不允许这样做。请先读取最新状态，再决定下一步；什么都没有记录。',
    en: 'Not in the state it is in now. Read how it stands, then decide; nothing was recorded.',
  },
  410: {
    zh: '该操作已停用，什么都没有记录。[变更记录](/docs/changelog)写明改用什么。',
    en: 'This operation was retired, and nothing was recorded. The [changelog](/docs/changelog) names what to use instead.',
  },
  412: {
    zh: '您读取之后别人改过了。请重新读取，比较，再以新的 `ETag` 作为 `If-Match` 重发。',
    en: 'Somebody changed it after you read it. Read it again, compare, and send it with the new `ETag` in `If-Match`.',
  },
  413: { zh: '太大了。请分几次发送；上限见 `params`。', en: 'Too large. Send it in parts; `params` names the limit.' },
  415: {
    zh: '请以 `Content-Type: application/json` 和 UTF-8 发送；可以用 gzip、deflate、br 或 zstd 压缩。',
    en: 'Send it as `Content-Type: application/json` in UTF-8, compressed by gzip, deflate, br or zstd if at all.',
  },
  422: {
    zh: '格式正确，但违反一条业务规则，什么都没有记录。请按说明改正内容再发；原样重发得到同样的答复。',
    en: 'Well-formed, but against a rule of the business, and nothing was recorded. Mend the content as the sentence says; sent as it is, it gets the same answer.',
  },
  423: { zh: '已被锁定，需先解除。', en: 'It is locked; it must be released first.' },
  428: {
    zh: '修改需要 `If-Match`：您最后看到的 `ETag`，例如 `"v3"`；或 `*`，表示不论当前版本。',
    en: 'A change needs `If-Match`: the `ETag` that you saw last, such as `"v3"`, or `*` for whatever is current.',
  },
  429: {
    zh: '太快或太多了。请等待（有 `Retry-After` 时按它所说），再以同一个键重发。',
    en: 'Too fast or too many. Wait, as long as `Retry-After` says where it is there, then send it with the same key.',
  },
  500: {
    zh: '这是我们的错。可以用同一个 `Idempotency-Key` 重发，不会重复记录；若一再发生，请把 `requestId` 告诉平台运营方。',
    en: 'Our fault. Send it again with the same `Idempotency-Key`: nothing is recorded twice. If it goes on, give the operator the `requestId`.',
  },
  503: {
    zh: '暂时不行。请按 `Retry-After` 等待，再以同一个 `Idempotency-Key` 重发，不会重复记录。',
    en: 'Not now. Wait as long as `Retry-After` says and send it with the same `Idempotency-Key`: nothing is recorded twice.',
  },
}

const words = {
  zh: {
    title: '错误目录',
    intro:
      '每个错误都是 RFC 9457 的 `application/problem+json`。程序请按 `code` 判断，它的含义永不改变；`type` 就是本目录中该错误的地址。机器可读的目录在 [/errors.json](/errors.json)。',
    code: '错误码',
    meaning: '含义',
    status: 'HTTP 状态',
    retryable: '原样重发可能成功',
    yes: '是',
    no: '否',
    wayOut: '怎么办',
    params: '参数',
    paramsAre: '`params` 中有以下值，句子里的数字与日期都出自这里，程序不必解析句子：',
    operations: '哪些操作会这样答复',
    any: '不属于某个操作自己的规则：凡约定中有此状态的操作都可能这样答复。',
    none: '约定之内的操作都不会；它出自地址或方法本身。',
    show: '展开',
    example: '答复示例',
    more: '各种状态的通用处理见[错误目录](/docs/errors)，写入的约定见[接口约定](/docs/api)。',
  },
  en: {
    title: 'Catalogue of errors',
    intro:
      'Every error is `application/problem+json` of RFC 9457. Let programs decide by `code`, which never changes its meaning; `type` is the address of its page here. For machines: [/errors.json](/errors.json).',
    code: 'code',
    meaning: 'meaning',
    status: 'HTTP status',
    retryable: 'may succeed when sent again as it is',
    yes: 'yes',
    no: 'no',
    wayOut: 'What to do',
    params: 'Parameters',
    paramsAre:
      '`params` holds these; what varies in the sentences comes from here, so that no program has to read sentences:',
    operations: 'Which operations answer so',
    any: 'No rule of a single operation: any that declares this status can answer so.',
    none: 'None of the contract; it comes from the address or the method itself.',
    show: 'Show',
    example: 'An answer',
    more: 'What to do with each status: [catalogue](/docs/errors). What holds for every write: [conventions](/docs/api).',
  },
}
