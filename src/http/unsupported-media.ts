import { Refusal } from '../errors/refusals.ts';

/**
 * A body of a media type, or in a charset, that is not read here: UNSUPPORTED_MEDIA_TYPE, which says what is (RFC 9110,
 * section 15.5.16; for PATCH in a header of its own, RFC 5789, section 2.2).
 */
export function unsupportedMediaType(accepted: readonly string[], { isPatch = false } = {}): Refusal {
  const list = accepted.join(', ');
  const headers = { accept: list, ...(isPatch && { 'accept-patch': list }) };
  return new Refusal('UNSUPPORTED_MEDIA_TYPE', `Send ${accepted.join(' or ')}, in UTF-8.`, { headers });
}
