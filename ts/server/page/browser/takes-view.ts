import { byId, clockText, make } from "./dom.ts";
import type { Take, TakeState } from "./take.ts";

/** What can be done with a take in the list. */
export interface TakesEvents {
  chosen(take: Take): void;
  cancelled(take: Take): void;
  again(take: Take): void;
  /** It is to go; `next` stands beside it. Returns whether it is gone. */
  removed(take: Take, next: Take | undefined): boolean;
}

/** The list of recordings, the newest at its end. */
export class TakesView {
  readonly #root: HTMLElement;
  readonly #events: TakesEvents;
  readonly #rows = new Map<Take, Row>();

  constructor(root: HTMLElement, events: TakesEvents) {
    this.#root = root;
    this.#events = events;
  }

  show(takes: readonly Take[], current: Take | undefined): void {
    this.#root.hidden = takes.length === 0;
    for (const [take, row] of this.#rows)
      if (!takes.includes(take)) {
        row.element.remove();
        this.#rows.delete(take);
      }
    for (const take of takes) {
      let row = this.#rows.get(take);
      if (row === undefined) {
        row = new Row(take, this.#events, () => this.#remove(take));
        this.#rows.set(take, row);
        this.#root.append(row.element);
      }
      row.show(take === current);
    }
  }

  /** The focus goes to the row that takes the place, or to where the next file comes from. */
  #remove(take: Take): void {
    const takes = [...this.#rows.keys()];
    const index = takes.indexOf(take);
    const next = takes[index + 1] ?? takes[index - 1];
    if (!this.#events.removed(take, next)) return;
    if (next === undefined) byId("choose", HTMLButtonElement).focus();
    else this.#rows.get(next)?.focus();
  }
}

/** One recording in the list. */
class Row {
  readonly element = make("li", "take");
  readonly #take: Take;
  readonly #name = make("button", "take-name");
  readonly #state = make("span", "take-state");
  readonly #act = make("button", "take-act");
  readonly #remove = make("button", "take-remove", "×");
  readonly #progress = make("progress");

  constructor(take: Take, events: TakesEvents, remove: () => void) {
    this.#take = take;
    this.#name.type = "button";
    this.#name.append(make("span", "", take.name), this.#state);
    this.#name.onclick = () => events.chosen(take);
    this.#act.type = "button";
    this.#act.onclick = () => (take.isUnderWay ? events.cancelled(take) : events.again(take));
    this.#remove.type = "button";
    this.#remove.setAttribute("aria-label", `Remove: ${take.name}`);
    this.#remove.onclick = remove;
    this.#progress.setAttribute("aria-label", `Progress of ${take.name}`);
    this.element.append(this.#name, this.#act, this.#remove, this.#progress);
  }

  focus(): void {
    this.#name.focus();
  }

  show(isCurrent: boolean): void {
    const { state, share, file, name } = this.#take;
    const { isUnderWay } = this.#take;
    this.#name.setAttribute("aria-current", String(isCurrent));
    const text = stateText(this.#take);
    if (this.#state.textContent !== text) this.#state.textContent = text;
    const again = file !== undefined && (state === "failed" || state === "stopped");
    const label = isUnderWay ? "Cancel" : "Again";
    // A microphone has a button of its own.
    this.#act.hidden = file === undefined || !(isUnderWay || again);
    if (this.#act.textContent !== label) {
      this.#act.textContent = label;
      this.#act.setAttribute("aria-label", `${label}: ${name}`);
    }
    this.#remove.hidden = isUnderWay;
    this.#progress.hidden = !isUnderWay || state === "listening" || state === "waiting";
    if (share === undefined) this.#progress.removeAttribute("value");
    else this.#progress.value = share;
  }
}

const states: Readonly<Record<TakeState, string>> = {
  waiting: "Waits for its turn",
  busy: "The server is busy; it is tried again soon",
  sending: "Sending",
  hearing: "Transcribing",
  listening: "Listening",
  ending: "Writing the last words",
  done: "Done",
  failed: "Failed",
  stopped: "Cancelled",
};

/** How far a take is, in words. */
export function stateText({ state, share, duration, result }: Take): string {
  const word = states[state];
  if (state === "sending" && share !== undefined) return `${word}, ${Math.floor(share * 100)} %`;
  if (state === "hearing" && share !== undefined && duration !== undefined)
    return `${word}, ${clockText(share * duration)} of ${clockText(duration)}`;
  const length = result.duration ?? duration;
  return state === "done" && length !== undefined ? clockText(length) : word;
}
