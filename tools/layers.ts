import { dirname } from "node:path";

/**
 * Who may know whom: each room of the product with the rooms that its modules import, from the
 * ground up. A room is a folder of ts/ or one module of it; `api` is what an embedder holds, the
 * modules that lie in ts/ itself. Tests and ts/testing know everything, as do tools/, bench/ and
 * reliability/, which nothing here knows.
 */
const table: Readonly<Record<string, string>> = {
  // What is spoken of everywhere: options, events, transcripts, errors.
  contract: "",
  // Where that lies which is no module, and how the program was started.
  "native/locate": "contract",
  "native/program": "native/locate",
  // What lies in the folder of a model.
  checkpoint: "contract",
  // The Swift library as its header has it.
  native: "contract native/locate native/program checkpoint",
  // How much happens at once, in this process and beside it.
  concurrency: "",
  // Parts of the work that know no model.
  audio: "contract concurrency native/locate native/program",
  text: "contract checkpoint",
  bias: "contract text",
  segments: "contract",
  align: "contract text segments",
  comparison: "",
  output: "contract segments text",
  // A name of a model becomes a folder.
  hub: "contract concurrency checkpoint native/locate native/program text",
  // Recordings by the thousand: plans, and what comes of them.
  batch: "contract concurrency native/program audio",
  // What is fetched, too, and no model.
  "align/tables": "contract concurrency align hub",
  // Libraries without a terminal.
  convert: "contract checkpoint native text hub",
  wer: "contract audio comparison",
  heads: "contract checkpoint native audio text align wer",
  // A text that is given, in time.
  "align/given": "contract concurrency text segments comparison",
  // Recordings become text, on a thread of their own.
  engine: "contract concurrency checkpoint native audio text bias align segments",
  worker: "contract native audio",
  "worker/engine": "contract audio hub align/given align/tables engine worker",
  "worker/caller": "contract native/locate native/program audio worker",
  // The calls behind sockets; what opens a model is handed in.
  server: "contract checkpoint concurrency audio text output hub",
  // What runs in a browser is made into a script; no module of the server imports it.
  "server/page/browser": "contract audio output text",
  api: "contract native audio text worker worker/caller server",
  // What works on this machine.
  doctor: "contract native native/locate native/program audio text hub api",
  // The command line.
  "cli/files": "contract native/program audio text output",
  "cli/flags": "contract native/locate native/program audio output hub server cli/files",
  "cli/terminal": "contract native/locate text segments output server cli/files cli/flags",
  "cli/commands":
    "contract concurrency native native/locate native/program audio text align hub align/tables " +
    "convert wer heads batch api doctor cli/files cli/flags cli/terminal",
  "cli/main": "contract native/program cli/terminal cli/commands",
};

/** The rooms, each with those that it may know. */
export const rooms: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(table).map(([name, known]) => [name, known.split(" ").filter(Boolean)]),
);

/** One module imports another; paths from ts/, as in `engine/decode/chunk.ts`. */
export interface Import {
  from: string;
  to: string;
}

/** The room in which a module lies: the longest name that fits; undefined where none does. */
export function roomOf(path: string): string | undefined {
  if (!path.includes("/")) return "api";
  const names = Object.keys(rooms).filter(
    (name) => path.startsWith(`${name}/`) || path === `${name}.ts`,
  );
  return names.sort((a, b) => b.length - a.length)[0];
}

/** Imports that the table does not allow, each as a sentence. */
export function wrongArrows(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const [knows, known] = [roomOf(from), roomOf(to)];
    if (knows === undefined) return [`${from} lies in no room`];
    if (known === undefined) return [`${from} imports ${to}, which is no part of the product`];
    if (knows === known || rooms[knows]?.includes(known)) return [];
    return [`${from} imports ${to}: ${knows} does not know ${known}`];
  });
}

/** Rooms that know each other in a ring, as in `a → b → a`; one ring, or undefined for none. */
export function ring(table: Readonly<Record<string, readonly string[]>>): string | undefined {
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): string | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name].join(" → ");
    if (done.has(name)) return undefined;
    for (const next of table[name] ?? []) {
      const found = visit(next, [...way, name]);
      if (found !== undefined) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of Object.keys(table)) {
    const found = visit(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Which folder's modules import which folder's, whatever rooms the folders are parts of. */
export function folderArrows(imports: readonly Import[]): Record<string, string[]> {
  const arrows: Record<string, string[]> = {};
  for (const { from, to } of imports) {
    const [knows, known] = [dirname(from), dirname(to)];
    if (knows === known) continue;
    arrows[knows] ??= [];
    if (!arrows[knows].includes(known)) arrows[knows].push(known);
  }
  return arrows;
}
