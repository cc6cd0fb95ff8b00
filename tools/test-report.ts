/** How many tests of a run passed and failed. */
export interface Counts {
  passed: number;
  failed: number;
}

/**
 * The counts in the opening tag of a JUnit report. A run that ends badly has failed, even where no
 * test has: something may not have loaded.
 */
export function countsOf(tag: string, status: number): Counts {
  const count = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
  const [all, skipped, failures] = [count("tests"), count("skipped"), count("failures")];
  const failed = status === 0 && all > 0 ? failures : Math.max(1, failures);
  return { passed: Math.max(0, all - skipped - failures), failed };
}

/** Most characters of one failure that are told again. */
const maxFailure = 4000;

/**
 * The failures in a JUnit report, each with its test's place and name: what is to be read again at
 * the end of thousands of lines.
 */
export function failuresOf(report: string): string[] {
  const cases = report.matchAll(
    /<testcase name="([^"]*)"[^>]*? file="([^"]*)"[^>]*>\s*<failure[^>]*>([^<]*)</g,
  );
  return [...cases].map(([, name = "", file = "", told = ""]) => {
    const text = `${file}: ${name}\n${told}`.replace(/&(#?\w+);/g, character);
    return text.length > maxFailure ? `${text.slice(0, maxFailure)} …` : text.trimEnd();
  });
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function character(whole: string, name: string): string {
  if (/^#\d+$/.test(name)) return String.fromCodePoint(Number(name.slice(1)));
  return named[name] ?? whole;
}
