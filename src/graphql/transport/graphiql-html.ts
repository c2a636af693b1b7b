import { TAKE_TOKEN } from '../../http/fragment-token.ts';

/** The initial contents of the page. */
export interface PageContents {
  title: string;
  /** The text of the first tab. */
  query: string;
}

const PLACE_OF_TOKEN = '<your token>';
const TEMPLATE = JSON.stringify({ Authorization: `Bearer ${PLACE_OF_TOKEN}` }, null, 2);

/**
 * Stand for values that BEFORE defines, in the options that are written into the page as JSON: the headers that the page begins
 * with, and the function that returns the text to send.
 */
const INITIAL_HEADERS = 'initial headers';
const PRINT = 'print in place';

/**
 * A script that runs before GraphiQL.
 *
 * If the fragment of the address has a token, the script fills in the Authorization header. The browser keeps headers for the next
 * visit only if the user enables that in the settings. The template is not sent, because its token is wrong: without one, the schema is sent.
 *
 * A POST to the address of the page would remove the page from the cache of the browser (RFC 9111, section 4.4), so a query is
 * added to that address.
 *
 * GraphiQL sends only the operation that is run, without its line breaks. `printInPlace` keeps its lines and columns, so that the locations of
 * errors are places in the editor.
 */
const BEFORE = `{
  ${TAKE_TOKEN}
  if (token) window.initialHeaders = ${JSON.stringify(TEMPLATE)}.replace('${PLACE_OF_TOKEN}', () => token);
  const setting = 'graphiql:shouldPersistHeaders';
  if (localStorage.getItem(setting) === null) localStorage.setItem(setting, 'false');

  const { fetch } = window;
  window.fetch = (url, options) => {
    const headers = new Headers(options?.headers);
    if (headers.get('authorization')?.includes('${PLACE_OF_TOKEN}')) headers.delete('authorization');
    return fetch(options?.method === 'POST' ? url + '?graphiql' : url, { ...options, headers });
  };

  window.printInPlace = ({ definitions }) => {
    let done = 0;
    const inPlace = ({ loc: { start, end, source } }) => {
      const before = source.body.slice(done, start).replaceAll(/[^\\r\\n]+(?=[\\r\\n])/g, '').replaceAll(/[^\\r\\n]/g, ' ');
      done = end;
      return before + source.body.slice(start, end);
    };
    return definitions.map(inPlace).join('');
  };
}`;

/** Makes the page as large as the window. On a phone, the result is below the operation and not beside it. */
const STYLE = `
  html { overflow: hidden; }
  @media (max-width: 640px) {
    #graphiql-session { flex-direction: column; }
    #graphiql-session > .graphiql-horizontal-drag-bar { display: none; }
    #graphiql-session > :is(.graphiql-editors, .graphiql-response) { min-height: 0; }
  }
`;

const HEAD = `<meta name="viewport" content="width=device-width, initial-scale=1"><script>${BEFORE}</script>`;

/**
 * Where the code of GraphiQL converts the errors of a result. It drops their locations, by which a person finds the place in the
 * operation.
 */
const CONVERSION = /(errors\.map\(\(\{message:\w\w?,\.\.\.(\w\w?)\}\)=>)(\w\w?\(\w\w?,\w\w?\))\)/;

/** Returns GraphiQL as a document. Importing its package blocks the event loop for 0.3 s. */
export async function htmlOf({ title, query }: PageContents): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({
    title,
    defaultTabs: [{ query }],
    headers: TEMPLATE,
    defaultEditorToolsVisibility: 'headers',
    ...{ initialHeaders: INITIAL_HEADERS, print: PRINT }, // Yoga's page passes them on to GraphiQL and to its fetcher
  })
    .replace('<head>', () => `<head>${HEAD}`)
    .replace('</head>', () => `<style>${STYLE}</style></head>`)
    .replace(CONVERSION, '$1Object.assign($3,{locations:$2.locations}))')
    .replace(JSON.stringify(INITIAL_HEADERS), 'window.initialHeaders')
    .replace(JSON.stringify(PRINT), 'window.printInPlace');
}
