import { field, file, formPieces } from "./form.ts";
import { endpoint, octets, type Program } from "./program.ts";
import { readAsAiSdk, readAsOpenAiNodeStream, readText } from "./readers.ts";
import type { WireRequest } from "./wire.ts";

/** Headers of openai-node and its boundary, with a stream or through undici's FormData. */
function openAiNode(boundary: string): string[] {
  return [
    "connection: keep-alive",
    "accept: application/json",
    "user-agent: OpenAI/JS 7.5.0",
    "x-stainless-retry-count: 0",
    "x-stainless-lang: js",
    "x-stainless-package-version: 7.5.0",
    "x-stainless-os: Linux",
    "x-stainless-arch: x64",
    "x-stainless-runtime: node",
    "x-stainless-runtime-version: v20.20.2",
    "authorization: Bearer sk-none",
    `content-type: multipart/form-data; boundary=${boundary}`,
    "accept-language: *",
    "sec-fetch-mode: cors",
    "accept-encoding: gzip, deflate",
  ];
}

/** undici's fetch, by which the AI SDK speaks in Node. */
function aiSdk(boundary: string): string[] {
  return [
    "connection: keep-alive",
    "authorization: Bearer none",
    "user-agent: ai/7.0.77 ai-sdk/provider-utils/5.0.29 runtime/node.js/v20.20.2",
    `content-type: multipart/form-data; boundary=${boundary}`,
    "accept: */*",
    "accept-language: *",
    "sec-fetch-mode: cors",
    "accept-encoding: gzip, deflate",
  ];
}

const undiciBoundary = "----formdata-undici-032642481859";
const chromiumBoundary = "----WebKitFormBoundaryx7Q2mB0cJ3vKp9Ls";

/** What pages and apps in Chromium ask before their first request with a key. */
export const preflightOfObsidian: WireRequest = {
  method: "OPTIONS",
  path: endpoint,
  head: [
    "Connection: keep-alive",
    "Accept: */*",
    "Access-Control-Request-Method: POST",
    "Access-Control-Request-Headers: authorization",
    "Access-Control-Request-Private-Network: true",
    "Origin: app://obsidian.md",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) obsidian/1.9.14 Chrome/138.0 Electron/37.0",
    "Sec-Fetch-Mode: cors",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Dest: empty",
    "Accept-Encoding: gzip, deflate, br, zstd",
  ],
};

/** openai-node, the AI SDK, and what pages send. */
export const javascriptPrograms: readonly Program[] = [
  {
    name: "openai-node 7.5 with a file's stream",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: openAiNode("openai-or3at2k5m0d"),
      chunked: true,
      pieces: formPieces("openai-or3at2k5m0d", [
        file(recording, "talk one.wav", octets),
        field("model", "whisper-1"),
        field("timestamp_granularities[]", "segment"),
        field("timestamp_granularities[]", "word"),
        field("response_format", "verbose_json"),
      ]),
    }),
    read: readAsAiSdk,
  },
  {
    name: "openai-node 7.5 that streams",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: openAiNode(undiciBoundary),
      pieces: formPieces(undiciBoundary, [
        file(recording, "%22quoted%22 ü.wav", octets),
        field("model", "gpt-4o-transcribe"),
        field("stream", "true"),
        field("include[]", "logprobs"),
        field("chunking_strategy[type]", "server_vad"),
        field("chunking_strategy[threshold]", "0.4"),
      ]),
    }),
    read: readAsOpenAiNodeStream,
  },
  {
    name: "AI SDK with whisper-1",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: aiSdk(undiciBoundary),
      pieces: formPieces(undiciBoundary, [
        field("model", "whisper-1"),
        file(recording, "audio.wav", "audio/wav"),
        field("response_format", "verbose_json"),
      ]),
    }),
    read: readAsAiSdk,
  },
  {
    name: "AI SDK with gpt-4o-transcribe",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: aiSdk(undiciBoundary),
      pieces: formPieces(undiciBoundary, [
        field("model", "gpt-4o-transcribe"),
        file(recording, "audio.wav", "audio/wav"),
        field("response_format", "json"),
        field("temperature", "0"),
        field("timestamp_granularities[]", "segment"),
      ]),
    }),
    read: readAsAiSdk,
  },
  {
    name: "a Blob without a name in Bun",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: [
        `Content-Type: multipart/form-data; boundary=${chromiumBoundary}`,
        "Connection: keep-alive",
        "User-Agent: Bun/1.4.4",
        "Accept: */*",
      ],
      pieces: formPieces(chromiumBoundary, [
        file(recording, "", octets),
        field("model", "whisper-1"),
      ]),
    }),
    read: readText,
  },
  {
    name: "Obsidian, with no language set",
    request: (recording) => ({
      method: "POST",
      path: endpoint,
      head: [
        "Connection: keep-alive",
        "Accept: application/json, text/plain, */*",
        "Authorization: Bearer none",
        `Content-Type: multipart/form-data; boundary=${chromiumBoundary}`,
        "Origin: app://obsidian.md",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) obsidian/1.9.14 Chrome/138.0 Electron/37.0",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Mode: cors",
        "Sec-Fetch-Dest: empty",
        "Accept-Encoding: gzip, deflate, br, zstd",
      ],
      pieces: formPieces(chromiumBoundary, [
        file(recording, "2026-11-29T10-20-30.webm", "audio/webm;codecs=opus"),
        field("model", "whisper-1"),
        field("language", ""),
      ]),
    }),
    read: readText,
  },
];

/** What the AI SDK says as soon as its WebSocket is open; then comes the sound, and a commit. */
export const aiSdkSession = {
  type: "session.update",
  session: {
    type: "transcription",
    audio: {
      input: {
        format: { type: "audio/pcm", rate: 24_000 },
        transcription: { model: "gpt-realtime-whisper", language: "en" },
        turn_detection: null,
      },
    },
  },
};

/** The subprotocols by which the AI SDK and pages bring a key. */
export const aiSdkProtocols = ["realtime", "openai-insecure-api-key.none"];
