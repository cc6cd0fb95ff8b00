import { Model } from "../native/model.ts";
import { promptIds } from "../text/prompt.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { source } from "./checkpoint.ts";
import { speech } from "./goldens.ts";

const tokenizer = await Tokenizer.load(source);

/** What the model in a folder, with the goldens' vocabulary, would write first for a second. */
export function logitsOf(folder: string): Float32Array {
  using model = Model.open(folder, { precision: "full" });
  using session = model.session();
  session.mel(speech(16_000));
  session.prefill(promptIds(tokenizer, session.encode()));
  const logits = new Float32Array(model.info.vocabSize);
  session.read("logits", logits);
  return logits;
}
