import { domainToASCII } from 'node:url'

const MAX_LOCAL_PART = 64
const MAX_EMAIL = 254

// https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address, the rule of <input type="email">
const LOCAL_PART = /^[\w.!#$%&'*+/=?^`{|}~-]+$/
const DOMAIN_INPUT = /^[a-z0-9.\-\u0080-\u{10ffff}]+$/iu
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`)

/**
 * The one form in which an address is stored and compared, or null where the text is no address.
 * Local part: ASCII, at most 64 characters; whole address: at most 254 (RFC 5321, 4.5.3.1; RFC 3696 erratum 1690).
 * The domain is put into its ASCII form (UTS #46). All is lower-cased; a `+tag` stays.
 */
export function canonicalEmail(text: string): string | null {
  const address = text.trim()
  const at = address.lastIndexOf('@')
  const localPart = address.slice(0, at)
  const domain = asciiDomain(address.slice(at + 1))
  if (at < 1 || !domain || localPart.length > MAX_LOCAL_PART || !LOCAL_PART.test(localPart)) return null
  const email = `${localPart.toLowerCase()}@${domain}`
  return email.length <= MAX_EMAIL ? email : null
}

function asciiDomain(domain: string): string | null {
  if (!DOMAIN_INPUT.test(domain) || [...domain].some(looksLikeAscii)) return null
  const ascii = domainToASCII(domain)
  return DOMAIN.test(ascii) ? ascii : null
}

/** A character that UTS #46 would silently turn into an ASCII one: the Kelvin sign, a full-width letter. */
function looksLikeAscii(character: string): boolean {
  return character > '\x7f' && character.normalize('NFKC') <= '\x7f'
}
