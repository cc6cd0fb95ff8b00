import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import { demoSample } from "../../native/locate.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { type Command, command, helpFlag, type Need } from "./command.ts";
import { productCommands } from "./index.ts";
import { transcribeCommand } from "./transcribe.ts";

const flags = { Options: { colour: { value: "NAME", help: "which" }, help: helpFlag } } as const;

const paint = command({
  name: "paint",
  summary: "Paints.",
  synopsis: "--colour NAME",
  takesNames: false,
  description: "Paints a wall.",
  flags,
  closing: "exit status: 0 done",
  read({ flags: given }) {
    const colour = given.text("colour");
    if (colour !== undefined) return colour;
    throw new AsrError("usage", "--colour NAME is missing", "see --help");
  },
  needs: (colour) => (colour === "none" ? [] : ["library"]),
  async run(colour, terminal) {
    if (colour === "black") throw new AsrError("output", "no black is left");
    terminal.out(`${colour}\n`);
    return 0;
  },
});

async function run(argv: string[], one: Command = paint) {
  const prepared: (readonly Need[])[] = [];
  const outcome = await outcomeOf((terminal) =>
    one.run(argv, terminal, async (needs) => void prepared.push(needs)),
  );
  return { ...outcome, prepared };
}

describe("a command", () => {
  test("runs after what it needs was prepared", async () => {
    const green = { status: 0, out: "green\n", notes: "", prepared: [["library"]] };
    expect(await run(["--colour", "green"])).toEqual({ ...green, prepared: [["library"]] });
    expect((await run(["--colour", "none"])).prepared).toEqual([[]]);
  });

  test("shows its help, for which nothing is prepared", async () => {
    const out = `usage: ./bunw run paint --colour NAME [options]

Paints a wall.

Options:
      --colour NAME          which
  -h, --help                 this text

exit status: 0 done
`;
    expect(await run(["--colour", "red", "-h"])).toEqual({
      status: 0,
      out,
      notes: "",
      prepared: [],
    });
  });

  test.each([
    [[], "--colour NAME is missing; see --help"],
    [["--color", "red"], "unknown flag --color; did you mean --colour?"],
    [["--colour"], "--colour: needs a NAME; see --help"],
    [["--colour", "red", "wall"], 'paint takes no "wall"; see --help'],
  ])("is refused before anything is prepared: %p", async (argv, why) => {
    expect(await run(argv)).toEqual({ status: 2, out: "", notes: `error: ${why}\n`, prepared: [] });
  });

  test("that fails is one line and an exit status", async () => {
    const { status, out, notes } = await run(["--colour", "black"]);
    expect([status, out, notes]).toEqual([1, "", "error: no black is left\n"]);
  });
});

test("nothing is prepared for inputs that are not there, nor for outputs that are", async () => {
  const missing = await run(["-m", "demo", "/none.wav"], transcribeCommand);
  expect([missing.status, missing.prepared]).toEqual([1, [[]]]);
  const there = await run(
    [demoSample, "--output", import.meta.path, "-f", "txt"],
    transcribeCommand,
  );
  expect([there.status, there.prepared]).toEqual([2, []]);
});

describe("every command of the program", () => {
  test.each(Object.entries(productCommands))("%s has help in one form", async (name, load) => {
    const one = await load();
    expect(one.name).toBe(name);
    const text = one.usage();
    expect(text).toStartWith(`usage: ./bunw run ${name}`);
    expect(text).toMatch(/\n {2}-h, --help +this text\n/);
    expect(text).toContain("exit status: 0 done");
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
    expect((await run(["--help"], one)).out).toBe(text);
  });
});
