const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/** Whether a text has a format of OpenAPI; formats that the API server does not know fit anything. */
export function checkFormat(text: string, format: string): boolean {
  switch (format) {
    case 'cidr':
      return isCidr(text);
    case 'ipv4':
      return IPV4.test(text);
    case 'ipv6':
      return isIpv6(text);
    case 'byte':
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
    case 'date-time':
      return /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));
    default:
      return true;
  }
}

/** Whether a text is an address with the length of a prefix: `10.0.0.0/8`, `fd00::/64`. */
export function isCidr(text: string): boolean {
  const match = /^([^/%]+)\/(\d{1,3})$/.exec(text);
  if (!match) return false;
  const [, address = '', length = ''] = match;
  if (/^0\d/.test(length)) return false;
  return IPV4.test(address) ? Number(length) <= 32 : isIpv6(address) && Number(length) <= 128;
}

/** Whether a text is an IP address. */
export function isIp(text: string): boolean {
  return IPV4.test(text) || isIpv6(text);
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`);
}
