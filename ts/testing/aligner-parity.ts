import { alignerPromptIds } from "../align/aligner-prompt.ts";
import type { Model } from "../native/model.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import type { AlignerCase, AlignerSet } from "./aligner-goldens.ts";
import { difference, readNpy, speech } from "./goldens.ts";

/** How far an aligner is from the official one. */
export interface AlignerParity {
  /** The ids of the prompt are the same. */
  promptIsEqual: boolean;
  /** Largest absolute difference over the logits that are stored. */
  logits: number;
  slots: number[];
  officialSlots: number[];
}

/** Runs one case through all stages. */
export async function compareWithOfficialAligner(
  set: AlignerSet,
  golden: AlignerCase,
  model: Model,
): Promise<AlignerParity> {
  const official = (stored: { file: string }) => [...readNpy(set.folder, stored.file).data];
  const tokenizer = await Tokenizer.load(set.folder);
  const { classes } = model.info;
  using session = model.session();
  session.mel(speech(golden.samples));
  const words = golden.words.map((spoken) => ({ from: 0, to: 0, spoken }));
  const ids = alignerPromptIds(tokenizer, session.encode(), words);
  session.prefill(ids);
  const slots = [...session.slots()];
  const all = new Float32Array(slots.length * classes);
  session.read("logits", all);
  const { every, classEvery } = golden.logits;
  const logits = all.filter((_, at) => {
    const [slot, of] = [Math.floor(at / classes), at % classes];
    return slot % every === 0 && of % classEvery === 0;
  });
  return {
    promptIsEqual: difference(ids, official(golden.inputIds)) === 0,
    logits: difference(logits, official(golden.logits)),
    slots,
    officialSlots: official(golden.slots),
  };
}
