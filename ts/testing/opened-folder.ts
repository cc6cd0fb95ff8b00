// A process of its own, which may be ended from outside: opens a folder as a model, and prints the
// error that this ends with.
import { AsrError } from "../contract/errors.ts";
import { Model } from "../native/model.ts";

try {
  using _model = Model.open(process.argv[2]!);
} catch (error) {
  if (!(error instanceof AsrError)) throw error;
  process.stdout.write(`${error.code}: ${error.message}`);
}
