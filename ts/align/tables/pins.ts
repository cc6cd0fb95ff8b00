/** A wheel of PyPI that tables are taken from. */
export interface PinnedWheel {
  project: string;
  version: string;
  file: string;
  bytes: number;
  sha256: string;
  /** Files in it that are needed. */
  entries: readonly string[];
  /** What messages call it. */
  purpose: string;
}

/** Its wheels differ in what is compiled; the tables in all of them are the same. */
export const nagisa: PinnedWheel = {
  project: "nagisa",
  version: "0.2.11",
  file:
    "nagisa-0.2.11-cp311-cp311-" +
    "manylinux_2_5_x86_64.manylinux1_x86_64.manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
  bytes: 21_678_750,
  sha256: "70d715680e33c48a8066a8588a52149d98644cddae1b5127cc5660c6418c81ce",
  entries: ["nagisa/data/nagisa_v001.dict", "nagisa/data/nagisa_v001.model"],
  purpose: "the tables of Japanese words",
};

export const qwenAsr: PinnedWheel = {
  project: "qwen-asr",
  version: "0.0.6",
  file: "qwen_asr-0.0.6-py3-none-any.whl",
  bytes: 141_603,
  sha256: "b9c55a38413298f3a990a4475467399daec6e8f4172363053fc42e2166c2dfd3",
  entries: ["qwen_asr/inference/assets/korean_dict_jieba.dict"],
  purpose: "the dictionary of Korean words",
};
