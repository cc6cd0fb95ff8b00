import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./folders.ts";

// What schedulers run is run here by what stands in for bun-asr and Ray: both tell their arguments.

const work = mkdtempSync(join(tmpdir(), "bun-asr-recipes-"));
afterAll(() => rmSync(work, { recursive: true }));

function program(name: string, status = 0): string {
  const path = join(work, name);
  writeFileSync(path, `#!/bin/sh\necho ${name} "$@"\nexit ${status}\n`, { mode: 0o755 });
  return path;
}

async function run(command: readonly string[], env: Readonly<Record<string, string>>) {
  const pipes = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
  const path = `${work}:${process.env["PATH"]}`;
  const child = Bun.spawn([...command], { cwd: root, env: { PATH: path, ...env }, ...pipes });
  const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, out, notes };
}

const recipe = (name: string) => join(root, "deploy", name);

describe("a task of Slurm", () => {
  const task = {
    SLURM_ARRAY_TASK_ID: "7",
    SLURM_ARRAY_TASK_MIN: "5",
    SLURM_ARRAY_TASK_STEP: "2",
    SLURM_ARRAY_TASK_COUNT: "4",
    SLURM_CPUS_PER_TASK: "8",
  };

  test("runs its slice", async () => {
    const env = { ...task, BUN_ASR: program("bun-asr") };
    const { status, out } = await run(["sh", recipe("slurm.sh"), "/shared/a"], env);
    expect([status, out]).toEqual([
      0,
      "bun-asr batch run --out /shared/a --slice 1/4 --threads 8\n",
    ]);
  });

  test("is done with rows of errors, and not where it is unfinished", async () => {
    for (const [ends, status] of [
      [3, 0],
      [1, 1],
      [2, 2],
    ] as const) {
      const env = { ...task, BUN_ASR: program("bun-asr", ends) };
      expect((await run(["sh", recipe("slurm.sh"), "a"], env)).status).toBe(status);
    }
  });

  test("that is no array says so", async () => {
    const { status, notes } = await run(["sh", recipe("slurm.sh"), "a"], {});
    expect(status).not.toBe(0);
    expect(notes).toContain("submit it as an array");
  });
});

interface IndexedJob {
  spec: {
    completions: number;
    template: {
      spec: {
        containers: { args: string[]; env: { name: string; value: string }[] }[];
      };
    };
  };
}

test("an index of a Job runs its slice, as many as there are completions", async () => {
  const text = readFileSync(recipe("indexed-job.yaml"), "utf8");
  const { completions, template } = (Bun.YAML.parse(text) as IndexedJob).spec;
  const { args, env: listed } = template.spec.containers[0]!;
  const env = Object.fromEntries(listed.map(({ name, value }) => [name, value]));
  expect(env["SLICES"]).toBe(String(completions));
  program("bun-asr", 3);
  const index = { ...env, JOB_COMPLETION_INDEX: "9" };
  const { status, out } = await run(["sh", "-c", ...args], index);
  expect([status, out]).toEqual([0, "bun-asr batch run --out s3://bucket/archive --slice 9/100\n"]);
});

test("the job of KubeRay has the Ray that is pinned", () => {
  const text = readFileSync(recipe("rayjob.yaml"), "utf8");
  const { spec } = Bun.YAML.parse(text) as {
    spec: { entrypoint: string; rayClusterSpec: { rayVersion: string } };
  };
  const pins = readFileSync(join(root, "scale/requirements.txt"), "utf8");
  expect(pins).toContain(`\nray==${spec.rayClusterSpec.rayVersion} \\\n`);
  expect(spec.entrypoint).toStartWith("bun-asr batch run --engine ray");
});

describe("a node of Ray", () => {
  const script = recipe("ray-node.sh");

  test("asks doctor first, and offers its slots", async () => {
    program("bun-asr");
    program("ray");
    const head = await run(["sh", script, "head"], { SLOTS: "2" });
    expect([head.status, head.notes]).toEqual([0, "bun-asr doctor\n"]);
    expect(head.out).toBe(
      "ray start --head --port=6379 --include-dashboard=false --num-cpus=2 " +
        '--resources={"asr": 2} --object-store-memory=200000000 --disable-usage-stats\n',
    );
    const worker = await run(["sh", script, "worker", "head:6379"], {});
    expect(worker.out).toStartWith("ray start --address=head:6379 --num-cpus=1 ");
  });

  test("on which bun-asr does not work does not join", async () => {
    program("bun-asr", 1);
    const { status, out, notes } = await run(["sh", script, "head"], {});
    expect([status, out]).toEqual([4, ""]);
    expect(notes).toContain("error: bun-asr does not work here");
  });

  test("without Ray, or without a head, says what to do", async () => {
    const { status, notes } = await run(["sh", script, "head"], { RAY: "/none/ray" });
    expect(status).toBe(4);
    expect(notes).toContain("-m pip install --require-hashes -r scale/requirements.txt");
    expect((await run(["sh", script, "worker"], {})).status).toBe(2);
    expect((await run(["sh", script], {})).notes).toContain("usage: ");
  });
});
