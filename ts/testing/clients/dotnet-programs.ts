import { formPieces, type Part } from "./form.ts";
import { endpoint, type Program } from "./program.ts";
import { readAsSubtitleEdit, readAsSubtitleEditStream, readAsTypeWhisper } from "./readers.ts";

/** .NET's MultipartFormDataContent: the type stands first, and names have no marks around them. */
const dotnetType = (type: string) => `Content-Type: ${type}`;
function dotnetField(name: string, body: string): Part {
  const shown = /^[\w-]+$/.test(name) ? name : `"${name}"`;
  const disposition = `Content-Disposition: form-data; name=${shown}`;
  return { head: [dotnetType("text/plain; charset=utf-8"), disposition], body };
}

function dotnetFile(body: Uint8Array, filename: string, type: string): Part {
  const names = `name=file; filename=${filename}; filename*=utf-8''${filename}`;
  return { head: [dotnetType(type), `Content-Disposition: form-data; ${names}`], body };
}

const dotnetBoundary = "5f0c2d7e-9a0b-4b6e-8f4e-0f3d1f6a2c11";

/** Programs on .NET. */
export const dotnetPrograms: readonly Program[] = [
  {
    name: "Subtitle Edit",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: [`Content-Type: multipart/form-data; boundary="${dotnetBoundary}"`],
      pieces: formPieces(dotnetBoundary, [
        dotnetField("model", "whisper-1"),
        dotnetField("language", "en"),
        dotnetField("response_format", "verbose_json"),
        dotnetField("timestamp_granularities[]", "segment"),
        dotnetField("timestamp_granularities[]", "word"),
        dotnetFile(recording, "3f1c.wav", "audio/wav"),
      ]),
    }),
    read: readAsSubtitleEdit,
  },
  {
    name: "Subtitle Edit that streams",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: [
        "Authorization: Bearer sk-none",
        `Content-Type: multipart/form-data; boundary="${dotnetBoundary}"`,
      ],
      pieces: formPieces(dotnetBoundary, [
        dotnetField("model", "whisper-1"),
        dotnetField("language", "en"),
        dotnetField("response_format", "json"),
        dotnetField("stream", "true"),
        dotnetField("temperature", "0.20"),
        dotnetFile(recording, "3f1c.wav", "audio/wav"),
      ]),
    }),
    read: readAsSubtitleEditStream,
  },
  {
    name: "TypeWhisper, given an address that ends in /v1",
    request: (recording) => ({
      method: "POST",
      path: `/v1${endpoint}`,
      head: [
        "Authorization: Bearer none",
        `Content-Type: multipart/form-data; boundary="${dotnetBoundary}"`,
      ],
      pieces: formPieces(dotnetBoundary, [
        dotnetFile(recording, "audio.wav", "audio/wav"),
        dotnetField("model", "some-model"),
        dotnetField("response_format", "verbose_json"),
        dotnetField("language", "en"),
      ]),
    }),
    read: readAsTypeWhisper,
  },
];
