import type { Link } from './links.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --ink: light-dark(#1c1c28, #ececf2);
    --faint: light-dark(#5c5c6e, #a6a6b8); --line: light-dark(#dcdce6, #35353f); --card: light-dark(#fff, #1d1d23); --link: light-dark(#43439f, #aab0ff); }
  body { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem; color: var(--ink); background: light-dark(#f7f7fa, #131317); }
  header { display: flex; align-items: center; gap: .75rem; }
  header svg { width: 2.25rem; flex: none; }
  h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
  h2 { font-size: 1rem; margin: 2.5rem 0 .5rem; }
  p { margin: .75rem 0; }
  a { color: var(--link); }
  .pages { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin-top: 1.5rem; }
  .pages a { display: block; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem;
    background: var(--card); color: inherit; text-decoration: none; }
  .pages a:is(:hover, :focus-visible) { border-color: var(--link); }
  .pages strong { color: var(--link); }
  .pages span { display: block; color: var(--faint); font-size: .9375rem; }
  dl { display: grid; grid-template-columns: fit-content(50%) 1fr; gap: .375rem 1.25rem; margin: 0; }
  dt { overflow-wrap: anywhere; }
  dd { margin: 0; color: var(--faint); }
  code, dt { font: .875rem/1.7 ui-monospace, monospace; }
  pre { overflow-x: auto; margin: 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); }
  @media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .75rem; } }
`;
/** A pie chart with one segment. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="5" fill="#ccd"/><path d="M5 5V0a5 5 0 0 1 5 5z" fill="#558"/></svg>';

/** The page has no script, and loads nothing. */
export const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const entry = ({ path, title, description }: Link) =>
  title
    ? `<a href="${path}"><strong>${title}</strong><span>${description}</span></a>`
    : `<dt><a href="${path}">${path}</a></dt><dd>${description}</dd>`;

/** The page for a person who opens the gateway in a browser. */
export function htmlOf(links: readonly Link[]): string {
  const { pages = [], resources = [] } = Object.groupBy(links, ({ title }) =>
    title ? 'pages' : 'resources',
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>segments-gateway</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<style>${STYLE}</style>
</head>
<body>
<header>${ICON.replace('<svg', '<svg aria-hidden="true"')}<h1>segments-gateway</h1></header>
<p>This server stores customer segments: named groups of a company's customers, such as "High Spend Customers".</p>
<nav class="pages">
${pages.map(entry).join('\n')}
</nav>
<h2>For programs</h2>
<dl>
${resources.map(entry).join('\n')}
</dl>
<h2>Your token</h2>
<p>Send it with every request to an API:</p>
<pre><code>Authorization: Bearer &lt;your token&gt;</code></pre>
</body>
</html>
`;
}
