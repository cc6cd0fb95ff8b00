/** The middle of `values`, or the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1) return sorted[Math.floor(half)]!;
  return (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The value below which that share of `values` lies, 1 for the largest. NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A measured value `y` at `x`. */
export interface Point {
  x: number;
  y: number;
}

/** The straight line y = intercept + slope·x, and how well it tells the points. */
export interface LinearFit {
  intercept: number;
  slope: number;
  /** Share of the weighted variance that the line explains: 1 is all. */
  r2: number;
  /** The largest |measured − line| ÷ measured. */
  largestRelativeResidual: number;
}

/**
 * The line through at least two points with the least squares of relative residuals: a value of a
 * second counts as much as one of a minute. `y` is above 0.
 */
export function linearFit(points: readonly Point[]): LinearFit {
  const weight = ({ y }: Point) => 1 / y ** 2;
  const weights = points.reduce((sum, point) => sum + weight(point), 0);
  const mean = (of: (point: Point) => number) =>
    points.reduce((sum, point) => sum + weight(point) * of(point), 0) / weights;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const slope = mean(({ x, y }) => (x - meanX) * (y - meanY)) / mean(({ x }) => (x - meanX) ** 2);
  const intercept = meanY - slope * meanX;
  const residual = ({ x, y }: Point) => y - (intercept + slope * x);
  const variance = mean(({ y }) => (y - meanY) ** 2);
  return {
    intercept,
    slope,
    r2: variance === 0 ? 1 : 1 - mean((point) => residual(point) ** 2) / variance,
    largestRelativeResidual: Math.max(...points.map((p) => Math.abs(residual(p) / p.y))),
  };
}
