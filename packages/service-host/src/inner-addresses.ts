import { BlockList, isIPv4 } from 'node:net'

/** May a message to somebody's server go to this IP address? Only to the internet; `loopback`: also to this machine. */
export const mayReach = (address: string, loopback: boolean): boolean => {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6'
  if (loopback && ours.check(address, family)) return true
  return family === 'ipv4' ? !inner4.check(address) : outer6.check(address, family) && !inner6.check(address, family)
}

const listOf = (family: 'ipv4' | 'ipv6', ...subnets: string[]) => {
  const list = new BlockList()
  for (const [net, prefix] of subnets.map((one) => one.split('/'))) list.addSubnet(net!, Number(prefix), family)
  return list
}

// IANA's special-purpose registries: what is not for the whole internet.
const inner4 = listOf(
  'ipv4',
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
)
/** Of IPv6 only this part is the internet; an IPv4 address written as IPv6 is outside it. */
const outer6 = listOf('ipv6', '2000::/3')
/** Within it, those that carry an IPv4 address or are for papers. */
const inner6 = listOf('ipv6', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20')

const ours = listOf('ipv4', '127.0.0.0/8')
ours.addAddress('::1', 'ipv6')
