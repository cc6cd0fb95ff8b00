import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "../audio/ffmpeg/program.ts";

/** A folder of files that ffmpeg makes for a test. */
export class MadeAudio implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "bun-asr-test-"));

  /** Makes a file with these options of ffmpeg; returns its path. */
  async make(name: string, ...options: string[]): Promise<string> {
    const path = join(this.folder, name);
    const command = [await findFfmpeg(), "-v", "error", "-nostdin", "-y", ...options, path];
    const { exitCode, stderr } = Bun.spawnSync(command);
    if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
    return path;
  }

  /** Joins files byte by byte. */
  joined(name: string, ...parts: string[]): string {
    const path = join(this.folder, name);
    writeFileSync(path, Buffer.concat(parts.map((part) => readFileSync(part))));
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
