/** One bar of a chart. */
export interface Bar {
  label: string;
  /** A second line under the label. */
  detail: string;
  value: number;
  /** What stands behind the bar. */
  text: string;
  /** Drawn in the strong colour. */
  isOurs: boolean;
}

/** Horizontal bars on one linear axis that begins at 0. */
export interface BarChart {
  title: string;
  /** Under the title: on what it was measured. */
  subtitle: string;
  axis: string;
  bars: readonly Bar[];
  /** A vertical line to compare with. */
  mark: { value: number; label: string };
}

// Colours that read well on white and on black, since an image does not know what lies behind it.
const colours = { text: "#7a828e", strong: "#1f9d6b", other: "#8f98a3", line: "#8f98a380" };
const font = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";
const size = { width: 860, left: 226, right: 160, top: 86, bar: 22, step: 50, foot: 58 };
/** Of a letter of a label, about; and what is left free on both sides of one. */
const [letter, margins] = [8.4, 28];

/** The chart as an SVG document with a transparent background. */
export function barChart({ title, subtitle, axis, bars, mark }: BarChart): string {
  const longest = Math.max(...bars.flatMap(({ label, detail }) => [label.length, detail.length]));
  const left = Math.max(size.left, Math.ceil(longest * letter) + margins);
  const plot = size.width - left - size.right;
  const bottom = size.top + bars.length * size.step;
  const height = bottom + size.foot;
  const step = tickStep(Math.max(mark.value, ...bars.map(({ value }) => value)));
  const top = step * Math.ceil(Math.max(mark.value, ...bars.map(({ value }) => value)) / step);
  const x = (value: number) => rounded(left + (plot * value) / top);
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);

  const lines = ticks.flatMap((tick) => [
    line(x(tick), bottom, "grid"),
    text(x(tick), bottom + 18, plain(tick), "middle"),
  ]);
  const drawn = bars.flatMap(({ label, detail, value, text: behind, isOurs }, index) => {
    const y = size.top + index * size.step + 8;
    const width = rounded(Math.max(2, x(value) - left));
    const fill = isOurs ? colours.strong : colours.other;
    return [
      text(left - 12, y + 9, label, "end", "label"),
      text(left - 12, y + 25, detail, "end"),
      `<rect x="${left}" y="${y}" width="${width}" height="${size.bar}" fill="${fill}"/>`,
      text(rounded(left + width + 8), y + 16, behind, "start", "label"),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${height}"` +
      ` viewBox="0 0 ${size.width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>text{font:12px ${font};fill:${colours.text}}.label{font-size:13px;font-weight:600}` +
      `.title{font-size:17px;font-weight:600}.grid{stroke:${colours.line};stroke-width:.5}` +
      `.mark{stroke:${colours.text};stroke-dasharray:4 4}</style>`,
    text(16, 26, title, "start", "title"),
    text(16, 46, subtitle),
    ...lines,
    line(x(mark.value), bottom, "mark"),
    text(x(mark.value), size.top - 14, mark.label, "middle"),
    ...drawn,
    text(rounded(left + plot / 2), bottom + 40, axis, "middle"),
    "</svg>\n",
  ].join("\n");
}

function text(x: number, y: number, content: string, anchor = "start", kind = "note"): string {
  const place = `x="${x}" y="${y}" text-anchor="${anchor}" class="${kind}"`;
  return `<text ${place}>${escaped(content)}</text>`;
}

/** From above the bars to below them. */
function line(x: number, bottom: number, kind: string): string {
  return `<line x1="${x}" y1="${size.top - 8}" x2="${x}" y2="${bottom}" class="${kind}"/>`;
}

/** The 1, 2 or 5 times a power of ten that divides `max` into at most eight. */
export function tickStep(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max / 8));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => max / step <= 8)!;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function plain(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
