/**
 * The header in which a virtual user says its address: nginx believes the lab (nginx/nginx.conf, real_ip_header), since through a
 * published port every client has the same one.
 */
export const clientAddressHeader = "x-lab-client-address";

/** Addresses of one office: all in one /24, again and again. 198.51.100.0/24 is set aside for examples (RFC 5737). */
export function officeAddresses(): () => string {
  let count = 0;
  return () => `198.51.100.${1 + (count++ % 250)}`;
}

/** Counts upwards and hands out client addresses, each in a /24 of its own, because ip_hash looks at three octets only. */
export function clientAddresses(): () => string {
  let count = 0;
  return () => {
    const network = count++;
    // 16.0.0.0 onwards: addresses that exist nowhere but in a header, clear of private and loopback ranges.
    return `${16 + ((network >> 16) % 100)}.${(network >> 8) & 255}.${network & 255}.7`;
  };
}
