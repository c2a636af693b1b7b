import type { Link } from './links.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
  dt { margin-top: 1rem; font-weight: 600; overflow-wrap: anywhere; }
  dd { margin: 0; }
  pre { overflow-x: auto; padding: .75rem; border: 1px solid #8884; border-radius: .5rem; }
`;
/** A pie chart with one segment. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'%3E%3Ccircle cx='5' cy='5' r='5' fill='%23ccd'/%3E%3Cpath d='M5 5V0a5 5 0 0 1 5 5z' fill='%23558'/%3E%3C/svg%3E";

/** The page has no script, and loads nothing. */
export const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const entry = ({ path, description }: Link) =>
  `<dt><a href="${path}">${path}</a></dt><dd>${description}</dd>`;

/** The page for a person who opens the gateway in a browser. */
export const htmlOf = (links: readonly Link[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>segments-gateway</title>
<link rel="icon" href="${ICON}">
<style>${STYLE}</style>
</head>
<body>
<h1>segments-gateway</h1>
<p>This server stores customer segments: named groups of a company's customers, such as "High Spend Customers".</p>
<dl>
${links.map(entry).join('\n')}
</dl>
<p>Send your token with every request to an API:</p>
<pre>Authorization: Bearer &lt;your token&gt;</pre>
</body>
</html>
`;
