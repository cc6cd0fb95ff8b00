import { AsrError, messageOf } from "../contract/errors.ts";
import type { Problem } from "./report.ts";

/** What is found besides facts, while they are collected. */
export class Findings {
  readonly notes: string[] = [];
  readonly problems: Problem[] = [];

  /** What a step gives; null where it fails, and then a problem more. */
  async attempt<Result>(step: () => Result | Promise<Result>): Promise<Result | null> {
    try {
      return await step();
    } catch (error) {
      this.problems.push(problemOf(error));
      return null;
    }
  }
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof AsrError)) return { code: "internal", message: messageOf(error) };
  const { code, message, hint } = error;
  return hint === undefined ? { code, message } : { code, message, hint: withoutDoctor(hint) };
}

/** Who reads the report needs not be sent to it. */
function withoutDoctor(hint: string): string {
  return hint.replace(/;? ?"[^"]* doctor" tells more$/, "");
}
