import { alignerPromptIds } from "../../align/aligner-prompt.ts";
import { WordTableSource } from "../../align/tables/tables.ts";
import { spokenWords } from "../../align/words/words.ts";
import { loadAudio } from "../../audio/open.ts";
import { AsrError } from "../../contract/errors.ts";
import { resolveModel } from "../../hub/resolve.ts";
import { Model, type Session, type Stage } from "../../native/model.ts";
import { Tokenizer } from "../../text/tokenizer.ts";
import { encodeNpy } from "../files/npy.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { InspectArguments } from "./inspect-arguments.ts";
import { writeStages } from "./stage-files.ts";

/** `inspect` of a forced aligner: what its stages gave for a recording and its text. */
export async function inspectAligner(given: InspectArguments, terminal: Terminal): Promise<number> {
  const { text = "", language = "English", dump, precision, mel } = given;
  const { tables, note } = await new WordTableSource().of(language, {
    signal: new AbortController().signal,
  });
  if (note !== undefined) terminal.note(note);
  const words = spokenWords(text, language, tables);
  if (words.length === 0) {
    throw new AsrError("usage", `--text ${JSON.stringify(text)}: has no word`, "say what is said");
  }
  const folder = await resolveModel(given.model, { kind: "aligner" });
  using model = Model.open(folder, { kind: "aligner", precision });
  const tokenizer = await Tokenizer.load(folder);
  const { samples, duration } = await loadAudio(given.audio);
  const { melBins, hiddenSize, classes } = model.info;
  using session = model.session({ mel });
  const frames = session.mel(samples);
  const audioTokens = session.encode();
  const ids = alignerPromptIds(tokenizer, audioTokens, words);
  session.prefill(ids);
  const slots = session.slots();
  const report = {
    model: given.model,
    audio: given.audio,
    duration,
    mel,
    language,
    words: words.map(({ spoken }) => spoken),
    session: session.report(),
    info: model.info,
  };
  const shaped = (stage: Stage, shape: [number, number]) =>
    encodeNpy(read(session, stage, shape), shape);
  await writeStages(dump, {
    "mel.npy": shaped("mel", [melBins, frames]),
    "encoder.npy": shaped("encoder", [audioTokens, hiddenSize]),
    "input_ids.npy": encodeNpy(ids, [ids.length]),
    "logits.npy": shaped("logits", [slots.length, classes]),
    "slots.npy": encodeNpy(slots, [slots.length]),
    "report.json": `${JSON.stringify(report, null, 2)}\n`,
  });
  terminal.out(`${dump}: ${frames} frames, ${audioTokens} audio tokens, `);
  terminal.out(`${ids.length} prompt ids, ${slots.length} slots\n`);
  return 0;
}

function read(session: Session, stage: Stage, [rows, columns]: [number, number]): Float32Array {
  const values = new Float32Array(rows * columns);
  session.read(stage, values);
  return values;
}
