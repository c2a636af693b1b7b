import { GATEWAY, medianOf, type Result } from './results.ts';

const BAR = { height: 18, gap: 4, left: 190, width: 420 };
const FONT = 'font-family="system-ui, sans-serif" font-size="12"';

/** Draws requests per second as bars, in a group for each workload. */
export function chart(results: readonly Result[]): string {
  const groups = Map.groupBy(
    results,
    ({ face, workload }) => `${face === 'rest' ? 'REST' : 'GraphQL'} ${workload}`,
  );
  const parts: string[] = [];
  let y = 10;
  for (const [title, members] of groups) {
    const most = Math.max(...members.map((member) => medianOf(member, 'requestsPerSecond')));
    parts.push(
      `<text x="10" y="${y + 14}" ${FONT} font-weight="600" fill="#57606a">${title}, 32 connections</text>`,
    );
    y += BAR.height + BAR.gap;
    for (const member of members) {
      parts.push(...bar(member, most, y));
      y += BAR.height + BAR.gap;
    }
    y += 2 * BAR.gap;
  }
  const width = BAR.left + BAR.width + 90;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="Requests per second of the gateway and its peers"><rect width="100%" height="100%" fill="#ffffff"/>${parts.join('')}</svg>\n`;
}

function bar(result: Result, most: number, y: number): string[] {
  const value = medianOf(result, 'requestsPerSecond');
  const width = Math.max(1, Math.round((value / most) * BAR.width));
  const fill = result.system === GATEWAY ? '#0969da' : '#afb8c1';
  return [
    `<text x="${BAR.left - 8}" y="${y + 13}" text-anchor="end" ${FONT} fill="#1f2328">${result.system}</text>`,
    `<rect x="${BAR.left}" y="${y}" width="${width}" height="${BAR.height}" rx="2" fill="${fill}"/>`,
    `<text x="${BAR.left + width + 6}" y="${y + 13}" ${FONT} fill="#57606a">${Math.round(value).toLocaleString('en')}</text>`,
  ];
}
