import packageFile from "../../../package.json";
import { languages } from "../../contract/language-names.ts";
import type { ModelStatus } from "../service/models.ts";

/** The data of `info`: what answers at this connection, and which models it has. */
export function infoOf(models: readonly ModelStatus[]): Record<string, unknown> {
  return {
    asr: [
      {
        name: packageFile.name,
        description: packageFile.description,
        version: packageFile.version,
        attribution: { name: packageFile.name, url: "" },
        installed: true,
        models: models.map(modelInfo),
        supports_transcript_streaming: true,
        // A client decides when a command ends: only it knows what it is asking for.
        requires_external_vad: true,
      },
    ],
    // Clients written for other kinds of services look for their lists, too.
    ...Object.fromEntries(otherServices.map((kind) => [kind, []])),
  };
}

const otherServices = ["tts", "handle", "intent", "wake", "mic", "snd"];

function modelInfo({
  name,
  languages: own = Object.keys(languages),
}: ModelStatus): Record<string, unknown> {
  return {
    name,
    description: `Qwen3-ASR (${name})`,
    version: null,
    attribution: { name: "Qwen", url: "https://github.com/QwenLM/Qwen3-ASR" },
    // What is not on this machine yet is fetched when it is asked for.
    installed: true,
    languages: own,
  };
}
