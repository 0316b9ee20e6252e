// The results as a bar chart in SVG: wall time of each contender relative to the fastest peer of its case.

const ROW = 22;
const LEFT = 240;
const SCALE = 360;

/** @param {readonly { name: string, rows: readonly { name: string, ratio: number, wall: number }[] }[]} results */
export function plotSvg(results) {
  const most = Math.max(1, ...results.flatMap(({ rows }) => rows.map((row) => row.ratio)));
  let y = 10;
  const parts = [];
  for (const { name, rows } of results) {
    y += ROW;
    parts.push(`<text x="10" y="${y}" font-weight="bold">${escaped(name)}</text>`);
    for (const row of rows) {
      y += ROW;
      const width = (row.ratio / most) * SCALE;
      const colour = row.name === 'isopress' ? '#2a7f62' : '#b0b7bf';
      parts.push(`<text x="${LEFT - 8}" y="${y}" text-anchor="end">${escaped(row.name)}</text>`);
      parts.push(`<rect x="${LEFT}" y="${y - 13}" width="${width.toFixed(1)}" height="16" fill="${colour}"/>`);
      parts.push(
        `<text x="${(LEFT + width + 6).toFixed(1)}" y="${y}">${row.wall.toFixed(2)} s, ${row.ratio.toFixed(2)} ×</text>`,
      );
    }
    y += 8;
  }
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + SCALE + 140}" height="${y + 20}" font-family="sans-serif" font-size="13">`;
  return `${open}\n<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`;
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);
}
