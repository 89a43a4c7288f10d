import { domainToASCII } from 'node:url'
import type { Result } from './result.ts'

const MAX_LOCAL_PART = 64
const MAX_EMAIL = 254

// https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address, the rule of <input type="email">
const LOCAL_PART = /^[\w.!#$%&'*+/=?^`{|}~-]+$/
const DOMAIN_INPUT = /^[a-z0-9.\-\u0080-\u{10ffff}]+$/iu
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`)
// Blanks, and the zero-width characters that come along when an address is copied from a page.
const BLANK = '[\\s\\p{Default_Ignorable_Code_Point}]'
// The look-behind keeps the time linear: without it, the search would start again at each character of a run.
const BLANKS_AT_ENDS = new RegExp(`^${BLANK}+|(?<!${BLANK})${BLANK}+$`, 'gu')

type EmailError = 'required' | 'invalid' | 'not_ascii'

/**
 * The canonical form of an e-mail address: trimmed, lower-cased, the domain converted to Punycode (UTS #46).
 * Local part: ASCII, at most 64 characters. Whole address: at most 254 (RFC 5321, 4.5.3.1; RFC 3696, erratum 1690).
 * A `+tag` stays, and so do dots at the ends of the local part or in a row: such addresses exist.
 */
export function canonicalEmail(text: string): Result<string, EmailError> {
  const address = text.replace(BLANKS_AT_ENDS, '')
  if (!address) return { error: 'required' }
  // Converting a very long domain would take long.
  if (address.length > 4 * MAX_EMAIL) return { error: 'invalid' }
  const at = address.lastIndexOf('@')
  const localPart = address.slice(0, at)
  const domain = punycodeDomain(address.slice(at + 1))
  if (at < 1 || 'error' in domain) return { error: 'invalid' }
  // The check comes before the lower-casing, which would turn the Kelvin sign into a k.
  if (!LOCAL_PART.test(localPart)) return { error: wouldBeValidInAscii(localPart) ? 'not_ascii' : 'invalid' }
  const value = `${localPart.toLowerCase()}@${domain.value}`
  return localPart.length <= MAX_LOCAL_PART && value.length <= MAX_EMAIL ? { value } : { error: 'invalid' }
}

function punycodeDomain(domain: string): Result<string, EmailError> {
  if (!DOMAIN_INPUT.test(domain) || [...domain].some(looksLikeAscii)) return { error: 'invalid' }
  const value = domainToASCII(domain)
  return DOMAIN.test(value) ? { value } : { error: 'invalid' }
}

/** A character that UTS #46 would silently convert to an ASCII one: the Kelvin sign, a full-width letter. */
function looksLikeAscii(character: string): boolean {
  return character > '\x7f' && character.normalize('NFKC') <= '\x7f'
}

function wouldBeValidInAscii(localPart: string): boolean {
  return LOCAL_PART.test(localPart.replace(/[\p{L}\p{M}\p{N}]/gu, 'x'))
}
