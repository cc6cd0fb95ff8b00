import { byId } from "./dom.ts";

/** What stays in sight above the transcript, in pixels. */
const sheetMargin = 16;

/** On a phone the transcript stands below the list: whoever chooses one wants to see it. */
export function showSheet(): void {
  const { top } = byId("sheet", HTMLElement).getBoundingClientRect();
  if (isWide() || top < innerHeight / 2) return;
  scrollBy({ top: top - coveredHeight() - sheetMargin, behavior: behavior() });
}

/** Scrolls to what plays, but only where it went out of sight. */
export function keepInView(element: HTMLElement): void {
  const { top, bottom } = element.getBoundingClientRect();
  const covered = isWide() ? 0 : coveredHeight();
  if (top >= covered && bottom <= innerHeight) return;
  element.scrollIntoView({ block: "center", behavior: behavior() });
}

/** Whether the transcript stands beside the rest, as in `page.css`. */
function isWide(): boolean {
  return matchMedia("(min-width: 56rem)").matches;
}

/** How much of the top the player takes on a phone, where it stays in sight. */
function coveredHeight(): number {
  return byId("player", HTMLDivElement).getBoundingClientRect().height;
}

function behavior(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
