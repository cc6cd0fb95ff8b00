import { describe, expect, test } from "bun:test";
import { outcomeOf } from "../testing/recorded-terminal.ts";
import type { Command } from "./commands/command.ts";
import { productCommands } from "./commands/index.ts";
import { type Door, main } from "./main.ts";

describe("the program", () => {
  const run = (...argv: string[]) => outcomeOf((terminal) => main(argv, terminal));

  test("lists its commands", async () => {
    const { status, out } = await run("help");
    expect(status).toBe(0);
    for (const name of Object.keys(productCommands)) expect(out).toContain(`\n  ${name} `);
    expect((await run("--help")).out).toBe(out);
  });

  test.each([
    ["-x.wav", "-x"],
    ["-une.wav", "-u"],
    ["--take.wav", "--take.wav"],
  ])("says how the file %s is named", async (file, flag) => {
    await Bun.write(file, "");
    try {
      const why = `unknown flag ${flag}; the file of that name is ./${file}`;
      expect((await run(file)).notes).toBe(`error: ${why}\n`);
    } finally {
      await Bun.file(file).delete();
    }
  });

  test("helps with one command", async () => {
    const { status, out } = await run("help", "transcribe");
    expect([status, out]).toEqual([0, (await run("transcribe", "--help")).out]);
    const wrong = 'error: no command is called "transcibe"; did you mean transcribe?\n';
    expect((await run("help", "transcibe")).notes).toBe(wrong);
  });

  test("tells its version", async () => {
    expect((await run("--version")).out).toMatch(/^bun-asr \d+\.\d+\.\d+\n$/);
  });

  test("shows what nobody has foreseen with its trace, and asks for a report", async () => {
    const fails: Command = {
      name: "fails",
      summary: "",
      usage: () => "",
      run: async () => {
        throw new TypeError("x is not a function");
      },
    };
    const door: Door = { commands: { fails: async () => fails }, prepare: async () => {} };
    const { status, notes } = await outcomeOf((terminal) => main(["fails"], terminal, door));
    expect(status).toBe(70);
    expect(notes).toStartWith("TypeError: x is not a function\n    at ");
    expect(notes).toEndWith("itself; please report it with the lines above\n");
  });

  test("takes a first word that is no command for an input", async () => {
    expect((await run("none.wav", "-m", "demo")).notes).toStartWith("error: none.wav: no such");
    expect((await run("--none")).notes).toStartWith("error: unknown flag --none");
    const { status, notes } = await run("transcibe", "a.wav");
    const why = 'no command and no file is called "transcibe"; did you mean transcribe?';
    expect([status, notes]).toEqual([2, `error: ${why}\n`]);
    expect((await run("xyz")).notes).toMatch(/; choose from: transcribe, .*, help, version\n$/);
    expect((await run("versoin")).notes).toEndWith("; did you mean version?\n");
  });
});
