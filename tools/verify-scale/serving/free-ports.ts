/** Ports that are free, so many in a row for each length; the first of each row. */
export function freePorts(lengths: readonly number[]): number[] {
  const held: { stop(closeActive: boolean): void }[] = [];
  try {
    return lengths.map((length) => {
      for (let attempt = 0; attempt < 50; attempt++) {
        const first = 20_000 + Math.floor(Math.random() * 10_000);
        const row = hold(first, length);
        held.push(...row);
        if (row.length === length) return first;
      }
      throw new Error(`no ${length} ports in a row are free`);
    });
  } finally {
    for (const listener of held) listener.stop(true);
  }
}

/** Listens at so many ports from the first one on, up to one that is taken. */
function hold(first: number, length: number) {
  const held = [];
  for (let port = first; port < first + length; port++) {
    try {
      held.push(Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => {} } }));
    } catch {
      break;
    }
  }
  return held;
}
