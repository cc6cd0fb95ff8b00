/** How large the text of a cue may be. */
export interface LineLimits {
  /** Most columns in a line. */
  maxLineWidth: number;
  /** Most lines at a time. */
  maxLineCount: number;
  /** Most words at a time; infinite for as many as there is room for. */
  maxWordsPerCue: number;
}

/** How subtitles are laid out. */
export interface Layout extends LineLimits {
  /** Whether lines of right-to-left scripts are marked as such, for players that need it. */
  rtlMarks: boolean;
  /** Whether each word is underlined while it is said, where its times are known. */
  highlightWords: boolean;
}

/**
 * 42 columns and two lines, as in the style guides of Netflix and the EBU. Columns, not characters:
 * a Chinese, Japanese or Korean character takes two, which makes 21 of them in the same width on
 * the screen; `maxLineWidth: 32` gives Netflix's 16.
 */
export const defaultLimits: LineLimits = {
  maxLineWidth: 42,
  maxLineCount: 2,
  maxWordsPerCue: Number.POSITIVE_INFINITY,
};

export const defaultLayout: Layout = { ...defaultLimits, rtlMarks: false, highlightWords: false };
