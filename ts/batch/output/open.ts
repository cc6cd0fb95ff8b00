import { resolve } from "node:path";
import { FolderOutput } from "./folder-output.ts";
import type { Output } from "./output.ts";
import { S3Output } from "./s3-output.ts";

/** The output that a folder or `s3://bucket/prefix` names. Throws AsrError `usage`. */
export function openOutput(name: string): Output {
  return /^s3:\/\//i.test(name) ? new S3Output(name) : new FolderOutput(resolve(name));
}
