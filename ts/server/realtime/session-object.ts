import type { SessionSettings } from "./settings.ts";

/** Which form of OpenAI's events a client knows: today's, or the one that came before. */
export type Dialect = "current" | "beta";

/** The session as its client sees it. */
export function sessionObject(
  dialect: Dialect,
  id: string,
  expiresAt: number,
  settings: SessionSettings,
): object {
  const { format, transcription, turnDetection, include } = settings;
  const common = { id, expires_at: expiresAt, include: include.length > 0 ? include : null };
  if (dialect === "beta") {
    return {
      ...common,
      object: "realtime.transcription_session",
      modalities: ["text", "audio"],
      input_audio_format: flatFormats[format.type],
      input_audio_noise_reduction: null,
      input_audio_transcription: transcription,
      turn_detection: turnDetection,
      client_secret: null,
    };
  }
  return {
    ...common,
    object: "realtime.transcription_session",
    type: "transcription",
    // The models hear through noise: none is taken away, and the session says so.
    audio: {
      input: { format, noise_reduction: null, transcription, turn_detection: turnDetection },
    },
  };
}

const flatFormats = {
  "audio/pcm": "pcm16",
  "audio/pcmu": "g711_ulaw",
  "audio/pcma": "g711_alaw",
} as const;
