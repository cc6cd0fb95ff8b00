import { S3Client } from "bun";
import { AsrError, messageOf } from "../../contract/errors.ts";

/** Where something lies in S3. */
export interface S3Place {
  bucket: string;
  /** Without a slash before it. */
  key: string;
}

const attempts = 4;
const firstWaitMs = 200;

/** How long a signed address is good for: a large recording is read through it. */
const signedSeconds = 3600;

/** What `s3://bucket/key` names. Throws AsrError `usage`. */
export function s3Place(url: string): S3Place {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/is.exec(url);
  const [, bucket, key = ""] = found ?? [];
  if (bucket !== undefined) return { bucket, key: key.replace(/\/+$/, "") };
  throw new AsrError("usage", `${url}: names no place in S3`, "expected s3://bucket/key");
}

/** A client by the environment, as AWS's own tools read it. */
export function s3Client(bucket: string): S3Client {
  const variable = (name: string) => process.env[`AWS_${name}`] ?? process.env[`S3_${name}`];
  const options = {
    accessKeyId: variable("ACCESS_KEY_ID"),
    secretAccessKey: variable("SECRET_ACCESS_KEY"),
    sessionToken: variable("SESSION_TOKEN"),
    region: variable("REGION"),
    endpoint: variable("ENDPOINT") ?? variable("ENDPOINT_URL"),
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return new S3Client({ bucket, ...Object.fromEntries(given) });
}

/**
 * Asks S3 for something, by an address that the client signs: Bun's own requests take no header,
 * and one decides who is first. A server that is busy or away is asked again. Throws AsrError with
 * `code` for one that is not there at all.
 */
export async function s3Request(
  client: S3Client,
  { bucket, key }: S3Place,
  method: "GET" | "PUT" | "HEAD",
  request: { body?: string; headers?: Record<string, string> },
  code: "input" | "output",
): Promise<Response> {
  const name = `s3://${bucket}/${key}`;
  let why = "";
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await Bun.sleep(firstWaitMs * 4 ** (attempt - 2));
    try {
      const address = client.presign(key, { method, expiresIn: signedSeconds });
      const response = await fetch(address, { method, ...request });
      if (response.status < 500 && response.status !== 429) return response;
      why = `the server answered ${response.status}`;
      await response.body?.cancel();
    } catch (error) {
      if (lacksKeys(error)) throw withoutKeys(name, code, error);
      why = messageOf(error);
    }
  }
  throw new AsrError(code, `${name}: ${why}, ${attempts} times`);
}

/** Whether there is nothing to sign with. */
export function lacksKeys(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_S3_MISSING_CREDENTIALS";
}

/** The error of a request that cannot be signed. */
export function withoutKeys(name: string, code: "input" | "output", cause: unknown): AsrError {
  const hint =
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION or AWS_ENDPOINT_URL as needed";
  return new AsrError(code, `${name}: there are no keys for S3`, hint, { cause });
}

/** The error of an answer that is neither what was asked for nor "there is none". */
export function s3Failure(
  { bucket, key }: S3Place,
  { status }: Response,
  code: "input" | "output",
): AsrError {
  const name = `s3://${bucket}/${key}`;
  if (status === 404) return new AsrError(code, `${name}: no such object or bucket`);
  const hint = status === 403 ? "check the credentials and what they allow" : undefined;
  return new AsrError(code, `${name}: the server answered ${status}`, hint);
}
