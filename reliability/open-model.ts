import { modelFolder } from "../ts/native/locate.ts";
import { Model } from "../ts/native/model.ts";

// A thread that opens the demo, as others do at the same moment, and says what it found.
using model = Model.open(modelFolder("demo"));
postMessage(JSON.stringify(model.info));
