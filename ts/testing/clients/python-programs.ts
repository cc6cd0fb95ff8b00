import { field, file, formPieces, type Part } from "./form.ts";
import { endpoint, octets, type Program } from "./program.ts";
import { readText } from "./readers.ts";

/** aiohttp writes the type of every part, and the body of a stream in chunks. */
function aiohttpPart(names: string, type: string, body: string | Uint8Array): Part {
  return { head: [`Content-Type: ${type}`, `Content-Disposition: form-data; ${names}`], body };
}

const pythonBoundary = "12136e284dbb6c60740599549852bc4c";

/** Programs in Python that do not use OpenAI's SDK. */
export const pythonPrograms: readonly Program[] = [
  {
    name: "Open WebUI, given an address without /v1",
    request: (recording) => ({
      method: "POST",
      path: "/audio/transcriptions",
      head: [
        "Authorization: Bearer ",
        "Accept: */*",
        "Accept-Encoding: gzip, deflate",
        "User-Agent: Python/3.11 aiohttp/3.14.5",
        `Content-Type: multipart/form-data; boundary=${pythonBoundary}`,
      ],
      chunked: true,
      pieces: formPieces(pythonBoundary, [
        aiohttpPart('name="model"', "text/plain; charset=utf-8", "whisper-1"),
        aiohttpPart('name="language"', "text/plain; charset=utf-8", "en"),
        aiohttpPart('name="file"; filename="3f6c.wav"', octets, recording),
      ]),
    }),
    read: readText,
  },
  {
    name: "Open WebUI of old, through requests",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: [
        "User-Agent: python-requests/2.34.2",
        "Accept-Encoding: gzip, deflate",
        "Accept: */*",
        "Connection: keep-alive",
        "Authorization: Bearer ",
        `Content-Type: multipart/form-data; boundary=${pythonBoundary}`,
      ],
      pieces: formPieces(pythonBoundary, [
        field("model", "whisper-1"),
        file(recording, "3f6c.wav"),
      ]),
    }),
    read: readText,
  },
  {
    name: "a cloud integration of Home Assistant, through requests",
    request: (recording) => ({
      method: "POST",
      path: `${endpoint}/`,
      head: [
        "User-Agent: python-requests/2.34.2",
        "Accept-Encoding: gzip, deflate",
        "Accept: */*",
        "Connection: keep-alive",
        "Authorization: Bearer none",
        `Content-Type: multipart/form-data; boundary=${pythonBoundary}`,
      ],
      pieces: formPieces(pythonBoundary, [
        field("model", "whisper-1"),
        field("language", "en"),
        field("temperature", "0"),
        field("prompt", ""),
        file(recording, "audio.wav", "audio/wav"),
      ]),
    }),
    read: readText,
  },
];
