// This folder: `verify --scale`: work on several machines, played on this one, and what it takes.

/** What a check found. */
export interface Finding {
  /** Whether all is as it has to be. */
  passed: boolean;
  /** What was counted and measured, on one line. */
  figures: string;
}

/** A check of the acceptance list, a file of `checks` each, which exports it as `check`. */
export interface ScaleCheck {
  /** `B1` and on for archives, `S1` and on for serving. */
  name: string;
  title: string;
  /** It takes long: it runs only where it is named. */
  onlyNamed?: true;
  /** Ends all that it has started, however it ends itself. */
  run(): Promise<Finding>;
}
