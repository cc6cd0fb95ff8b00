import { CachedModel } from "../hub/cache.ts";
import { type PulledModel, type PullOptions, pull } from "../hub/pull.ts";
import { type ResolveOptions, resolveModel } from "../hub/resolve.ts";
import type { HubSettings } from "../hub/settings.ts";
import type { Tuning } from "../hub/tuning.ts";
import { quickTuning, ScratchCache, testId } from "./hub-models.ts";
import { LoopbackHub, type PublishedModel } from "./loopback-hub.ts";

/** The test model at its branch. */
export const testName = { id: testId, revision: "main" };

/** A hub with the test model and an empty cache. */
export class HubAndCache implements Disposable {
  readonly hub: LoopbackHub;
  readonly cache = new ScratchCache();
  readonly settings: HubSettings;
  readonly cached: CachedModel;

  private constructor(hub: LoopbackHub) {
    this.hub = hub;
    this.settings = this.cache.settings(hub.endpoint);
    this.cached = new CachedModel(this.cache.folder, testId);
  }

  static async start(published: PublishedModel): Promise<HubAndCache> {
    return new HubAndCache(await LoopbackHub.start({ [testId]: published }));
  }

  pull(options: PullOptions = {}, tuning: Partial<Tuning> = {}): Promise<PulledModel> {
    return pull(testName, this.settings, options, { ...quickTuning, ...tuning });
  }

  /** What a program calls. */
  async resolve(
    options: Pick<ResolveOptions, "offline" | "kind"> = {},
    endpoint = this.hub.endpoint,
  ) {
    const before = process.env["HF_ENDPOINT"];
    process.env["HF_ENDPOINT"] = endpoint;
    try {
      return await resolveModel(testId, { cacheDir: this.cache.folder, ...options });
    } finally {
      if (before === undefined) delete process.env["HF_ENDPOINT"];
      else process.env["HF_ENDPOINT"] = before;
    }
  }

  [Symbol.dispose](): void {
    this.hub[Symbol.dispose]();
    this.cache[Symbol.dispose]();
  }
}
