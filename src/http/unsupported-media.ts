import { Refusal } from '../errors/refusals.ts';

/**
 * Creates the refusal of a body whose media type or charset is not supported. Its `Accept` header lists the media types that
 * are (RFC 9110, section 15.5.16), and so does `Accept-Patch` if the method is PATCH (RFC 5789, section 2.2).
 */
export function unsupportedMediaType(accepted: readonly string[], { isPatch = false } = {}): Refusal {
  const list = accepted.join(', ');
  const headers = { accept: list, ...(isPatch && { 'accept-patch': list }) };
  return new Refusal('UNSUPPORTED_MEDIA_TYPE', `Send ${accepted.join(' or ')}, in UTF-8.`, { headers });
}
