// Preloaded into a process whose clock is to be wrong: `--import`, with WRONG_CLOCK_MS.
const RealDate = Date
const offset = Number(process.env['WRONG_CLOCK_MS'])

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + offset] : args, self) as object,
  apply: () => new RealDate(RealDate.now() + offset).toString(),
  get: (target, name, self) =>
    name === 'now' ? () => RealDate.now() + offset : (Reflect.get(target, name, self) as unknown),
})
