/**
 * The words by which a text is found. Letters and digits as they stand, and also the parts of codes and camel case;
 * Chinese in pairs of signs, since it has no spaces: 服务对象 is 服务, 务对, 对象.
 */
export const words = (text) =>
  (text.match(/[\p{Script=Han}]+|[\p{L}\p{N}][\p{L}\p{N}_-]*/gu) ?? []).flatMap((run) =>
    /^\p{Script=Han}/u.test(run) ? pairs(run) : parts(run),
  )

const pairs = (run) =>
  run.length === 1 ? [run] : Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2))

const parts = (run) => {
  const some = run.split(/[_-]|(?<=[a-z\d])(?=[A-Z])|(?<=[^\p{Script=Han}])(?=\p{Script=Han})/u).filter(Boolean)
  return some.length > 1 ? [run, ...some] : some
}
