import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where Chromium lies: `$CHROMIUM`, else what the system calls so; null where there is none. */
export const chromium =
  process.env["CHROMIUM"] ?? Bun.which("chromium") ?? Bun.which("google-chrome");

/** How the window of a test looks, and what its microphone hears. */
export interface WindowOptions {
  width?: number;
  height?: number;
  isDark?: boolean;
  reducedMotion?: boolean;
  /** A WAV that the microphone hears once; without one it beeps. */
  microphone?: string;
  /** A name that means this machine, to a browser that does not know it as its own. */
  hosts?: string;
  /** `granted` by default; `missing`: there is no such device. */
  microphoneAccess?: "granted" | "denied" | "missing";
}

type Message = { id?: number; method?: string; sessionId?: string; error?: { message: string } } & {
  result?: Record<string, unknown>;
  params?: Record<string, unknown>;
};

/**
 * A headless Chromium with one window, told what to do by the DevTools protocol. Its input goes the
 * way of a mouse and of keys, not of scripts.
 */
export class BrowserWindow implements AsyncDisposable {
  readonly #process: Bun.Subprocess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  #session = "";
  #last = 0;
  /** What the page wrote to its console as errors, and what its policy refused. */
  readonly complaints: string[] = [];
  readonly #downloads: string;

  private constructor(process: Bun.Subprocess, folder: string, socket: WebSocket) {
    this.#process = process;
    this.#folder = folder;
    this.#downloads = join(folder, "downloads");
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(String(data)));
  }

  static async open(options: WindowOptions = {}): Promise<BrowserWindow> {
    if (chromium === null) throw new Error("there is no chromium");
    const folder = mkdtempSync(join(tmpdir(), "bun-asr-browser-"));
    const access = options.microphoneAccess ?? "granted";
    const child = Bun.spawn(
      [
        chromium,
        ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        ...["--no-first-run", "--disable-background-networking", "--disable-component-update"],
        ...["--autoplay-policy=no-user-gesture-required", "--mute-audio", "--lang=en"],
        ...(access === "missing" ? [] : ["--use-fake-device-for-media-stream"]),
        `--use-fake-ui-for-media-stream${access === "denied" ? "=deny" : ""}`,
        ...(options.microphone === undefined
          ? []
          : [`--use-file-for-fake-audio-capture=${options.microphone}%noloop`]),
        ...(options.hosts === undefined
          ? []
          : [`--host-resolver-rules=MAP ${options.hosts} 127.0.0.1`]),
        ...["--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"],
      ],
      { stdout: "ignore", stderr: "pipe" },
    );
    // A test that ends early leaves no browser behind.
    process.on("exit", () => child.kill("SIGKILL"));
    const socket = new WebSocket(await addressOf(child.stderr));
    await new Promise((opened, failed) => {
      socket.onopen = opened;
      socket.onerror = failed;
    });
    const window = new BrowserWindow(child, folder, socket);
    await window.#begin(options);
    return window;
  }

  async #begin({ width = 1280, height = 800, isDark, reducedMotion }: WindowOptions) {
    const { targetInfos } = await this.#send("Target.getTargets");
    const page = (targetInfos as { type: string; targetId: string }[]).find(
      ({ type }) => type === "page",
    );
    const attached = { targetId: page?.targetId, flatten: true };
    const { sessionId } = await this.#send("Target.attachToTarget", attached);
    this.#session = String(sessionId);
    for (const domain of ["Page", "Runtime", "Log", "DOM"]) await this.#send(`${domain}.enable`);
    const isPhone = width < 600;
    const screen = { width, height, deviceScaleFactor: isPhone ? 2 : 1, mobile: isPhone };
    await this.#send("Emulation.setDeviceMetricsOverride", screen);
    await this.#send("Emulation.setTouchEmulationEnabled", { enabled: isPhone });
    const features = [
      { name: "prefers-color-scheme", value: isDark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: reducedMotion ? "reduce" : "no-preference" },
    ];
    await this.#send("Emulation.setEmulatedMedia", { features });
    const behaviour = { behavior: "allow", downloadPath: this.#downloads };
    await this.#send("Browser.setDownloadBehavior", behaviour);
  }

  async goto(url: string): Promise<void> {
    await this.#send("Page.navigate", { url });
    await this.until("document.readyState === 'complete' && location.href !== 'about:blank'");
  }

  /** The value of an expression in the page; promises are waited for. */
  async evaluate<Value = unknown>(expression: string): Promise<Value> {
    const asked = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", asked);
    if (exceptionDetails !== undefined)
      throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: Value }).value;
  }

  /** Waits until an expression is true in the page. Throws when that takes too long. */
  async until(expression: string, seconds = 20): Promise<void> {
    const end = performance.now() + 1000 * seconds;
    while (!(await this.evaluate<boolean>(`Boolean(${expression})`))) {
      if (performance.now() > end) throw new Error(`after ${seconds} s not so: ${expression}`);
      await Bun.sleep(20);
    }
  }

  /** The text of what a selector finds; "" where that is hidden, as for a person. */
  async text(selector: string): Promise<string> {
    return await this.evaluate(
      `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`,
    );
  }

  /** Presses the mouse in the middle of an element. */
  async click(selector: string): Promise<void> {
    const found = `document.querySelector(${JSON.stringify(selector)})`;
    const { x, y } = await this.evaluate<{ x: number; y: number }>(`(() => {
      ${found}.scrollIntoView({ block: "nearest", behavior: "instant" });
      const { left, top, width, height } = ${found}.getClientRects()[0];
      return { x: left + width / 2, y: top + height / 2 };
    })()`);
    for (const type of ["mouseMoved", "mousePressed", "mouseReleased"]) {
      const button = type === "mouseMoved" ? {} : { button: "left", clickCount: 1 };
      await this.#send("Input.dispatchMouseEvent", { type, x, y, ...button });
    }
  }

  /** Presses a key, as in `Tab`, `Enter`, `ArrowDown`. */
  async press(key: string, modifiers = 0): Promise<void> {
    const codes: Readonly<Record<string, number>> = {
      ...{ Tab: 9, Enter: 13, Escape: 27, " ": 32, End: 35, Home: 36 },
      ...{ ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40 },
    };
    const text = key === "Enter" ? "\r" : key.length === 1 ? key : undefined;
    const code = key === " " ? "Space" : key;
    const event = { key, code, modifiers, windowsVirtualKeyCode: codes[key] ?? 0 };
    const down = text === undefined ? { type: "rawKeyDown" } : { type: "keyDown", text };
    await this.#send("Input.dispatchKeyEvent", { ...event, ...down });
    await this.#send("Input.dispatchKeyEvent", { ...event, type: "keyUp" });
  }

  /** Types into what has the focus. */
  async type(text: string): Promise<void> {
    await this.#send("Input.insertText", { text });
  }

  /** Chooses files in a field for them. */
  async choose(selector: string, files: readonly string[]): Promise<void> {
    const { root } = await this.#send("DOM.getDocument");
    const { nodeId } = root as { nodeId: number };
    const found = await this.#send("DOM.querySelector", { nodeId, selector });
    await this.#send("DOM.setFileInputFiles", { files, nodeId: found["nodeId"] });
  }

  /** Drops files in the middle of the window. */
  async drop(files: readonly string[]): Promise<void> {
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"])
      await this.#send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  }

  /** The text of a file that the page gives to download. Throws when it does not come. */
  async downloaded(name: string): Promise<string> {
    const path = join(this.#downloads, name);
    for (let tries = 0; tries < 200; tries++) {
      if (existsSync(path) && statSync(path).size > 0) {
        const text = await Bun.file(path).text();
        rmSync(path);
        return text;
      }
      await Bun.sleep(25);
    }
    throw new Error(`${name} was not downloaded`);
  }

  /** What a screen reader is told of the page. */
  async accessibilityTree(): Promise<Record<string, unknown>[]> {
    const { nodes } = await this.#send("Accessibility.getFullAXTree");
    return nodes as Record<string, unknown>[];
  }

  /** Cuts the page off from the network, or lets it in again. */
  async setOffline(offline: boolean): Promise<void> {
    const throughput = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.#send("Network.enable");
    await this.#send("Network.emulateNetworkConditions", { offline, ...throughput });
  }

  /** A picture of the window as a PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    return Uint8Array.fromBase64(String(data));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A browser that ends may take the answer with it.
    void this.#send("Browser.close").catch(() => {});
    await Promise.race([this.#process.exited, Bun.sleep(3000)]);
    this.#process.kill("SIGKILL");
    await this.#process.exited;
    this.#socket.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const waiting = Promise.withResolvers<Record<string, unknown>>();
    this.#waiting.set(id, waiting);
    const isOfBrowser = /^(?:Target|Browser)\./.test(method) || this.#session === "";
    const session = isOfBrowser ? {} : { sessionId: this.#session };
    this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    return await waiting.promise;
  }

  #take({ id, method, result = {}, error, params = {} }: Message): void {
    if (method === "Runtime.exceptionThrown") this.complaints.push(JSON.stringify(params));
    if (method === "Log.entryAdded") {
      const { level, text, url } = params["entry"] as Record<string, string>;
      if (level === "error") this.complaints.push(`${text} ${url ?? ""}`);
    }
    // Whether a page may be left that has work under way: here it always may.
    if (method === "Page.javascriptDialogOpening")
      void this.#send("Page.handleJavaScriptDialog", { accept: true }).catch(() => {});
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error.message));
  }
}

/** The address at which a browser that has just started takes commands. */
async function addressOf(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let said = "";
  const decoder = new TextDecoder();
  const reader = stderr.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`chromium did not start: ${said.slice(0, 2000)}`);
    said += decoder.decode(value, { stream: true });
    const [address] = /ws:\/\/\S+/.exec(said) ?? [];
    if (address === undefined) continue;
    // What it says later is read, too, lest it waits for a reader.
    void (async () => {
      while (!(await reader.read()).done);
    })();
    return address;
  }
}
