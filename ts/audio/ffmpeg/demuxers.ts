import { startFfmpeg } from "./program.ts";

/**
 * Names of the formats that most recordings have. What ffmpeg finds to be another one is tried
 * again with all that it can read: asking for those takes longer than many a recording.
 */
export const commonFormats =
  "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dts,eac3,flac,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2," +
  "mp3,mpeg,mpegts,ogg,tta,voc,w64,wav,wv";

/** Formats that have ffmpeg open other files, run scripts, or listen to the network. */
const leadingElsewhere = new Set(
  (
    "applehttp,avisynth,bluray,concat,concatf,dash,dvdvideo,ffmetadata,hls,image2,image2pipe," +
    "imf,mlv,rtp,rtsp,sap,sdp,vapoursynth,vobsub,webm_dash_manifest"
  ).split(","),
);

/** Devices, which older versions do not mark as such. */
const devices = new Set(
  (
    "alsa,android_camera,avfoundation,bktr,decklink,dshow,fbdev,gdigrab,iec61883,jack,kmsgrab," +
    "lavfi,libcdio,libdc1394,ndi,openal,opengl,oss,pulse,sndio,v4l2,vfwcap,video4linux2,x11grab," +
    "xcbgrab"
  ).split(","),
);

/** Samples and pictures without a header, which ffmpeg takes a file for by its name alone. */
const headerless = /^(?:[suf]\d+(?:[bl]e)?|alaw|mulaw|vidc|data|rawvideo|bitpacked|\w+_pipe)$/;

/** The formats that ffmpeg may read, of those in what `ffmpeg -demuxers` says. */
export function allowedFormats(said: string): string {
  return said
    .split("\n")
    .flatMap((line) => {
      const [, flags = "", names = ""] = /^ (D[ E][ d]?) (\S+)/.exec(line) ?? [];
      const parts = names.split(",");
      return flags.includes("d") || parts.some(isRefused) ? [] : parts;
    })
    .filter(Boolean)
    .join(",");
}

function isRefused(name: string): boolean {
  return leadingElsewhere.has(name) || devices.has(name) || headerless.test(name);
}

const asked = new Map<string, Promise<string>>();

/** All formats that an ffmpeg may read, as a list with commas; it is asked once. */
export async function formatsOf(program: string): Promise<string> {
  const known = asked.get(program) ?? ask(program);
  asked.set(program, known);
  return await known;
}

async function ask(program: string): Promise<string> {
  const child = startFfmpeg(program, ["-v", "error", "-demuxers"], false);
  const [said] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return allowedFormats(said) || commonFormats;
}
