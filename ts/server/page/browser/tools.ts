import { announce, byId } from "./dom.ts";
import { type DownloadFormat, download, mediaTypes } from "./result.ts";
import type { Take } from "./take.ts";

/** Copies and downloads what the sheet shows. */
export class Tools {
  readonly #root = byId("tools", HTMLFieldSetElement);
  #take: Take | undefined;

  constructor() {
    const copy = byId("copy", HTMLButtonElement);
    copy.onclick = async () => {
      const isCopied = await copied(this.#take?.result.text ?? "");
      copy.textContent = isCopied ? "Copied" : "Not copied";
      announce(isCopied ? "The transcript is copied." : "The browser did not let it be copied.");
      setTimeout(() => {
        copy.textContent = "Copy";
      }, 2000);
    };
    for (const format of Object.keys(mediaTypes) as DownloadFormat[]) {
      const button = this.#root.querySelector(`[data-format="${format}"]`);
      button?.addEventListener("click", () => this.#save(format));
    }
  }

  /** Offers the text of a take, once it is all there. */
  show(take: Take | undefined): void {
    this.#take = take;
    const { result, isUnderWay } = take ?? {};
    this.#root.hidden = isUnderWay !== false || result === undefined || result.text === "";
  }

  #save(format: DownloadFormat): void {
    const take = this.#take;
    if (take === undefined) return;
    const type = `${mediaTypes[format]};charset=utf-8`;
    const url = URL.createObjectURL(new Blob([download(format, take.result)], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${take.stem}.${format}`;
    link.click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

/** Puts a text on the clipboard; an unencrypted page has only the older way. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "spoken";
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  }
}
