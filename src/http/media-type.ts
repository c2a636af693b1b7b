/** A Content-Type (RFC 9110, section 8.3.1): what it is, in lower case, and in which charset if it says so. */
export function mediaTypeOf(header: string | undefined): { type: string; isUtf8: boolean } {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  return { type: type.trim(), isUtf8: charset === undefined || charset === 'utf-8' || charset === 'utf8' };
}
