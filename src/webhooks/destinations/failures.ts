/** Why a request had no answer, in a sentence for the owner of the endpoint. */
export class SendFailure extends Error {}

/** The connection that was used again had been closed by the receiver. The message can be sent on a new one. */
export class StaleConnection extends Error {}

const NO_TLS = 'The TLS connection could not be established.';

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was closed before there was an answer.',
  EPIPE: 'The connection was closed before there was an answer.',
  EHOSTUNREACH: 'The address cannot be reached.',
  ENETUNREACH: 'The address cannot be reached.',
  EADDRNOTAVAIL: 'The address cannot be reached.',
  ETIMEDOUT: 'The connection could not be established in time.',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'The connection could not be established in time.',
  EPROTO: NO_TLS,
  HPE_HEADER_OVERFLOW: 'The headers of the answer have more than 16 KB.',
};

/** OpenSSL's codes for certificates. Their messages are short. Node.js adds what its own user could do, behind a semicolon. */
const CERTIFICATE = /CERT|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH/;

/** Says why a request failed. What the owner of the endpoint cannot know or change is left out, such as the address of a name. */
export function sentenceOf(error: unknown): string {
  const failure = error instanceof StaleConnection ? error.cause : firstOf(error);
  if (failure instanceof SendFailure) return failure.message;
  const { code = '', message = '' }: { code?: string; message?: string } = Object(failure);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'The certificate is not valid: it was issued for another host.';
  const known = SENTENCES[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'The answer is not valid HTTP.';
  if (code.startsWith('ERR_SSL_')) return NO_TLS;
  if (CERTIFICATE.test(code)) return `The certificate is not valid: ${message.split(';')[0]}.`;
  return 'The request failed.';
}

/** Returns the first error of those of several addresses. */
const firstOf = (error: unknown): unknown => (error instanceof AggregateError ? error.errors[0] : error);
