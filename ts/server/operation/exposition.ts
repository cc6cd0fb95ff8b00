/** Names and values that tell the samples of a metric apart. */
export type Labels = Readonly<Record<string, string | number>>;

/** A metric with all its samples, as Prometheus reads it. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** The lines of its samples. */
  lines(): string[];
}

/** What only grows. */
export class Counter implements Metric {
  readonly type = "counter";
  readonly name: string;
  readonly help: string;
  readonly #sums = new Map<string, number>();

  /** @param name Ends with `_total`, as Prometheus wants it. */
  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  add(labels: Labels, amount = 1): void {
    const key = labelText(labels);
    this.#sums.set(key, (this.#sums.get(key) ?? 0) + amount);
  }

  valueOf(labels: Labels): number {
    return this.#sums.get(labelText(labels)) ?? 0;
  }

  lines(): string[] {
    return [...this.#sums].map(([labels, sum]) => `${this.name}${labels} ${sum}`);
  }
}

/** What is read when it is asked for. */
export class Gauge implements Metric {
  readonly type: "counter" | "gauge";
  readonly name: string;
  readonly help: string;
  readonly #read: () => readonly [Labels, number][];

  constructor(
    name: string,
    help: string,
    read: () => readonly [Labels, number][],
    type: "counter" | "gauge" = "gauge",
  ) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#read = read;
  }

  lines(): string[] {
    return this.#read().map(([labels, value]) => `${this.name}${labelText(labels)} ${value}`);
  }
}

/** How often values were how large. */
export class Histogram implements Metric {
  readonly type = "histogram";
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, { labels: Labels; counts: number[]; sum: number }>();

  /** @param bounds Upper bounds of the buckets, in order; one without a bound follows. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = [...bounds, Number.POSITIVE_INFINITY];
  }

  add(labels: Labels, value: number): void {
    const key = labelText(labels);
    const found = this.#series.get(key);
    const series = found ?? { labels, counts: this.#bounds.map(() => 0), sum: 0 };
    if (found === undefined) this.#series.set(key, series);
    series.counts[this.#bounds.findIndex((bound) => value <= bound)]!++;
    series.sum += value;
  }

  lines(): string[] {
    return [...this.#series].flatMap(([key, { labels, counts, sum }]) => {
      let count = 0;
      const buckets = this.#bounds.map((bound, index) => {
        count += counts[index]!;
        const le = Number.isFinite(bound) ? bound : "+Inf";
        return `${this.name}_bucket${labelText({ ...labels, le })} ${count}`;
      });
      return [...buckets, `${this.name}_sum${key} ${sum}`, `${this.name}_count${key} ${count}`];
    });
  }
}

/** The text format 0.0.4 of Prometheus. */
export const expositionType = "text/plain; version=0.0.4; charset=utf-8";

/** Metrics as text; one that has no samples yet still says what it is. */
export function exposition(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap((metric) => [
    `# HELP ${metric.name} ${metric.help}`,
    `# TYPE ${metric.name} ${metric.type}`,
    ...metric.lines(),
  ]);
  return `${lines.join("\n")}\n`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(String(value))}"`,
  );
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
