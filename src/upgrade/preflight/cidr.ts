import ipaddr from 'ipaddr.js';

/** A network's address and the length of its prefix. */
export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Reads `10.0.0.0/16` or `fd00::/108`; null for anything else. */
export function parseCidr(text: string): Network | null {
  if (!ipaddr.isValidCIDR(text)) return null;
  return ipaddr.parseCIDR(text);
}

/** The text of a network as the operator writes it: no host bits, IPv6 at its shortest. */
export function formatCidr([address, prefix]: Network): string {
  const whole = `${address.toString()}/${prefix}`;
  const base =
    address instanceof ipaddr.IPv4
      ? ipaddr.IPv4.networkAddressFromCIDR(whole)
      : ipaddr.IPv6.networkAddressFromCIDR(whole);
  return `${base.toString()}/${prefix}`;
}

/** Whether a network lies in another, or is it. */
export function isWithin([address, prefix]: Network, outer: Network): boolean {
  if (address.kind() !== outer[0].kind() || prefix < outer[1]) return false;
  return address.match(outer[0], outer[1]);
}

/** Whether two texts name the same network. */
export function isSameCidr(a: string, b: string): boolean {
  const [one, other] = [parseCidr(a), parseCidr(b)];
  return one !== null && other !== null && formatCidr(one) === formatCidr(other);
}
