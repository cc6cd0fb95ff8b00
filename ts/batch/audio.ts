import { AsrError } from "../contract/errors.ts";
import { s3Client, s3Failure, s3Place, s3Request } from "./output/s3.ts";

/** The audio of an item as the engine takes it: a path, or the bytes of an object in S3. */
export async function openItemAudio(audio: string): Promise<string | AsyncIterable<Uint8Array>> {
  if (audio === "-") {
    throw new AsrError("input", "-: is what items come from", "a file of that name is ./-");
  }
  if (!/^s3:\/\//i.test(audio)) return audio;
  const place = s3Place(audio);
  const response = await s3Request(s3Client(place.bucket), place, "GET", {}, "input");
  if (!response.ok) throw s3Failure(place, response, "input");
  if (response.body === null) throw new AsrError("input", `${audio}: is empty`);
  return response.body;
}
