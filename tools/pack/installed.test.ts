import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "../../ts/audio/ffmpeg/program.ts";
import { demoSample, platformPackage } from "../../ts/native/locate.ts";
import { pcm16Wav, tone } from "../../ts/testing/wav-writer.ts";
import { root } from "../folders.ts";
import { makePackages } from "./packages.ts";
import { type Owner, Project } from "./testing/project.ts";

// Packing, and package managers on a busy machine.
setDefaultTimeout(300_000);

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();

let work = "";
let owner: Owner;
let project: Project;
let main = "";
beforeAll(async () => {
  work = realpathSync(mkdtempSync(join(tmpdir(), "bun-asr-installed-")));
  const packages = await makePackages({ into: join(work, "packages"), report() {} });
  main = packages[0]!.path;
  owner = { home: join(work, "home") };
  project = new Project(join(work, "mein erstes Projekt é"), owner);
  await project.add(...packages.map(({ path }) => path));
  copyFileSync(demoSample, join(project.folder, "talk.wav"));
});
afterAll(() => rmSync(work, { recursive: true }));

describe("in an empty project without a network", () => {
  test("the script that the package's page shows runs as it stands", async () => {
    const page = readFileSync(join(project.folder, "node_modules/bun-asr/README.md"), "utf8");
    project.write("script.ts", /^```ts\n(.*?)^```/ms.exec(page)![1]!);
    expect(await project.bun(["script.ts"])).toBe(`${sampleText}\n`);
  });

  test("the command is there", async () => {
    const command = ["x", "bun-asr", "transcribe", "-m", "demo", "talk.wav"];
    expect(await project.bun(command)).toBe(`${sampleText}\n`);
  });

  test("its services start the command where it is", async () => {
    const unit = await project.bun(["x", "bun-asr", "serve", "--print-unit", "systemd"]);
    const command = /^ExecStart="(.*?\/bun-asr)" /m.exec(unit)?.[1];
    expect(command).toBe(join(project.folder, "node_modules/bun-asr/js/cli/bun-asr"));
  });

  test("the command serves", async () => {
    const program = join(project.folder, "node_modules/.bin/bun-asr");
    const server = project.start([program, "serve", "-m", "demo", "--port", "0"]);
    try {
      let said = "";
      for await (const text of server.stdout.pipeThrough(new TextDecoderStream())) {
        said += text;
        if (said.includes("\n")) break;
      }
      const address = /http:\S+/.exec(said)?.[0] ?? "";
      const body = new FormData();
      body.set("file", Bun.file(demoSample));
      body.set("model", "demo");
      const url = new URL("/v1/audio/transcriptions", address);
      const answer = await fetch(url, { method: "POST", body });
      expect(await answer.json()).toMatchObject({ text: sampleText });
      // The page is made of files that are no modules.
      expect(await (await fetch(address)).text()).toContain("<!doctype html>");
    } finally {
      server.kill();
      await server.exited;
    }
  });

  test("a script serves", async () => {
    project.write(
      "server.ts",
      `import { serve } from "bun-asr/server";
       import { AsrError } from "bun-asr";
       await using server = serve({ models: ["demo"], port: 0 });
       console.log((await fetch(new URL("/v1/models", server.url))).status);
       try { serve({ port: -1 }); } catch (error) { console.log(error instanceof AsrError); }`,
    );
    expect(await project.bun(["server.ts"])).toBe("200\ntrue\n");
  });

  test("other audio takes the user's ffmpeg, and without one it says so", async () => {
    const path = join(work, "path");
    mkdirSync(path);
    // Samples for 0.3 s at 16 kHz; at this rate they take ffmpeg, and twice as long.
    writeFileSync(join(project.folder, "tone.wav"), pcm16Wav(tone(0.3), 8000));
    project.write(
      "tone.ts",
      `import { transcribe } from "bun-asr";
       try { console.log((await transcribe("tone.wav", { model: "demo" })).duration); }
       catch (error) { console.log(error.oneLine); }`,
    );
    const command = ["env", `PATH=${path}`, process.execPath, "tone.ts"];
    const without = await project.run(command);
    expect(without.out).toContain("needs ffmpeg, and none was found; install it");
    expect(without.out).not.toContain("bunw");
    symlinkSync(await findFfmpeg(), join(path, "ffmpeg"));
    expect((await project.run(command)).out).toBe("0.6\n");
  });

  test.skipIf(Bun.which("node") === null)("Node is told that it takes Bun", async () => {
    const { status, notes } = await project.run(["node", "-e", "import('bun-asr')"]);
    expect(status).not.toBe(0);
    expect(notes).toContain("Error: bun-asr needs Bun >=1.4.0: https://bun.sh, then start");
  });

  test("without its platform's package it says which one to add", async () => {
    const bare = new Project(join(work, "bare"), owner);
    await bare.add(main);
    copyFileSync(demoSample, join(bare.folder, "talk.wav"));
    const command = ["node_modules/.bin/bun-asr", "transcribe", "-m", "demo", "talk.wav"];
    const { status, out, notes } = await bare.run(command);
    expect([status, out]).toEqual([4, ""]);
    expect(notes).toContain(`the package ${platformPackage} is not installed`);
  });
});

describe("TypeScript that checks libraries, too", () => {
  beforeAll(() => {
    for (const name of ["bun-types", "@types", "undici-types"])
      symlinkSync(join(root, "node_modules", name), join(project.folder, "node_modules", name));
    project.write(
      "consumer.ts",
      `import { Asr, AsrError, type AudioInput, align, type Transcript } from "bun-asr";
       import { serve } from "bun-asr/server";
       await using asr = await Asr.load("demo", { precision: "full" });
       const transcript: Transcript = await asr.transcribe("talk.wav", { words: "auto" });
       for (const { words } of transcript.segments) words?.map(({ text }) => text.length);
       for await (const event of asr.stream("talk.wav")) {
         if (event.type === "final") event.text.length;
       }
       const input: AudioInput = new Uint8Array();
       align(input, "text").catch((error) => error instanceof AsrError && error.code);
       await using server = serve({ models: ["demo"], port: 0 });
       server.url.href;`,
    );
    project.write(
      "wrong.ts",
      `import { transcribe } from "bun-asr";
       transcribe("talk.wav", { words: "no such source" });`,
    );
  });

  const resolutions = { bundler: "preserve", nodenext: "nodenext" };
  test.each(Object.entries(resolutions))("and resolves as %s", async (moduleResolution, module) => {
    const files = ["consumer.ts", "wrong.ts"];
    const compilerOptions = {
      target: "esnext",
      module,
      moduleResolution,
      moduleDetection: "force",
      types: ["bun-types"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
    };
    project.write("package.json", JSON.stringify({ private: true, type: "module" }));
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files }));
    const { out } = await project.run([join(root, "node_modules/.bin/tsc"), "--project", "."]);
    expect(out).toStartWith("wrong.ts(2,33): error TS2322: ");
    expect(out.match(/^\S/gm)).toHaveLength(1);
  });
});
