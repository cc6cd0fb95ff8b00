import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A text that goes along with what is shipped. */
export interface LicenseText {
  /** The name of its file. */
  name: string;
  content: Uint8Array<ArrayBuffer>;
}

/** The licence, NOTICE and the licences of others, as they lie in the platform's package. */
export function licensesIn(platform: string): LicenseText[] {
  const others = readdirSync(join(platform, "licenses")).sort();
  const paths = ["LICENSE", "NOTICE", ...others.map((name) => join("licenses", name))];
  return paths.map((path) => ({
    name: path.replace("licenses/", ""),
    content: readFileSync(join(platform, path)),
  }));
}

/** All of them as one text, to lie beside a program that is a single file. */
export function licensesText(platform: string): string {
  const decoder = new TextDecoder();
  const sections = licensesIn(platform).map(
    ({ name, content }) => `${"#".repeat(80)}\n# ${name}\n\n${decoder.decode(content).trimEnd()}\n`,
  );
  return sections.join("\n");
}
