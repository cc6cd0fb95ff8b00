import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packageFile from "../package.json";
import { platforms } from "../ts/native/locate.ts";
import { workflowCheck } from "./checks.ts";
import { cloneCommands } from "./commands.ts";
import { root } from "./folders.ts";
import { zizmorWheel } from "./pins.ts";
import { installWheels } from "./wheels.ts";

// The first run fetches the linter.
setDefaultTimeout(120_000);

const folder = join(root, ".github/workflows");
const files = readdirSync(folder);
const text = readFileSync(join(folder, "ci.yml"), "utf8");

/** An expression, as GitHub writes it into a command before it runs. */
const strangersTitle = `echo $${"{{ github.event.issue.title }}"}`;

interface Step {
  name?: string;
  run?: string;
  uses?: string;
}
interface Job {
  strategy: { matrix: { include: { name: string; runner: string }[] } };
  steps: Step[];
}
const workflow = Bun.YAML.parse(text) as { jobs: Record<string, Job> };
const jobs = Object.values(workflow.jobs);

test("every platform that has a package is built and tested", () => {
  const names = jobs.flatMap(({ strategy }) => strategy.matrix.include.map(({ name }) => name));
  expect(names.sort()).toEqual([...platforms].sort());
});

test("every step is one command of this repository, or an action that is pinned", () => {
  const steps = jobs.flatMap((job) => job.steps);
  const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) {
    const [program = "", run, name = ""] = command.split(" ");
    expect(command).toMatch(/^[\w./ -]+$/);
    if (program === ".ci/prepare") continue;
    expect([program, run]).toEqual(["./bunw", "run"]);
    expect(Object.keys({ ...cloneCommands, ...packageFile.scripts })).toContain(name);
  }
  const actions = text.match(/uses: .*/g) ?? [];
  expect(actions).toHaveLength(steps.length - commands.length);
  for (const action of actions) expect(action).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

describe("the linter", () => {
  beforeAll(() => installWheels([zizmorWheel], () => {}));

  const lint = (path: string) => Bun.spawnSync(workflowCheck(path), { cwd: root });

  test("finds nothing in the workflows", () => {
    expect(files).toEqual(["ci.yml"]);
    const { exitCode, stdout } = lint(".github");
    // It has colours where CI is set, too.
    expect(Bun.stripANSI(stdout.toString())).toStartWith("No findings to report.");
    expect(exitCode).toBe(0);
  });

  test.each([
    ["a key that GitHub does not know", "runs-on:", "runs-at:", '"runs-on" is a required property'],
    ["an action that is not pinned", /@[0-9a-f]{40}/, "@v7", "unpinned-uses"],
    ["text of strangers in a command", ".ci/prepare", strangersTitle, "template-injection"],
  ])("finds %s", (_, found, put, told) => {
    const work = mkdtempSync(join(tmpdir(), "bun-asr-workflows-"));
    try {
      const broken = join(work, ".github/workflows");
      mkdirSync(broken, { recursive: true });
      writeFileSync(join(broken, "ci.yml"), text.replace(found, put));
      const { exitCode, stdout, stderr } = lint(work);
      expect(exitCode).not.toBe(0);
      expect(stdout.toString() + stderr.toString()).toContain(told);
    } finally {
      rmSync(work, { recursive: true });
    }
  });
});

test("scripts of CI are shell that parses", () => {
  for (const name of readdirSync(join(root, ".ci"))) {
    const { exitCode, stderr } = Bun.spawnSync(["sh", "-n", join(root, ".ci", name)]);
    expect([name, exitCode, stderr.toString()]).toEqual([name, 0, ""]);
  }
});
