/**
 * A script that declares `token`: the token in the fragment of the address (`#token=…`), or an empty text. It removes the token
 * from the address bar and the history. Browsers do not send fragments to the server.
 */
export const TAKE_TOKEN = `const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  if (token) history.replaceState(null, '', location.pathname + location.search);`;
