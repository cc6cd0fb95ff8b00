import { homedir } from "node:os";
import { join } from "node:path";

/** A program that a machine's service manager starts. */
export interface Service {
  /** The program and its arguments, paths from the root. */
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** How long it may take to end, in seconds. */
  stopSeconds: number;
}

export const serviceManagers = ["systemd", "launchd"] as const;
export type ServiceManager = (typeof serviceManagers)[number];

/** What a service manager reads, with a comment that says how it is put to use. */
export function unitOf(manager: ServiceManager, service: Service): string {
  return manager === "systemd" ? systemdUnit(service) : launchdList(service);
}

function systemdUnit({ command, environment, stopSeconds }: Service): string {
  const variables = Object.entries(environment).map(
    ([name, value]) => `Environment=${systemdWord(`${name}=${value}`, "")}\n`,
  );
  return `\
# ~/.config/systemd/user/bun-asr.service
# systemctl --user enable --now bun-asr
# loginctl enable-linger starts it with the machine, whoever has logged in.

[Unit]
Description=bun-asr: speech to text

[Service]
ExecStart=${command.map((word) => systemdWord(word, "$")).join(" ")}
${variables.join("")}\
# The server alone is told to end: what decodes audio for it works until it is done.
KillMode=mixed
TimeoutStopSec=${stopSeconds}
Restart=on-failure
# Wrong flags, no model, no library: the next start would fail as well.
RestartPreventExitStatus=2 3 4
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target
`;
}

/** A word as systemd reads it; `doubled` are characters of variables, where they have any. */
function systemdWord(word: string, doubled: string): string {
  const plain = Array.from(word, (one) => (one === "%" || doubled.includes(one) ? one + one : one));
  return `"${plain.join("").replaceAll(/["\\]/g, "\\$&")}"`;
}

function launchdList({ command, environment, stopSeconds }: Service): string {
  const text = (value: string) => `<string>${xmlText(value)}</string>`;
  const words = command.map((word) => `    ${text(word)}\n`);
  const variables = Object.entries(environment).map(
    ([name, value]) => `    <key>${xmlText(name)}</key>${text(value)}\n`,
  );
  return `\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"
  "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ~/Library/LaunchAgents/bun-asr.plist
     launchctl bootstrap gui/$UID ~/Library/LaunchAgents/bun-asr.plist -->
<plist version="1.0">
<dict>
  <key>Label</key><string>bun-asr</string>
  <key>ProgramArguments</key>
  <array>
${words.join("")}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.join("")}  </dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ExitTimeOut</key><integer>${stopSeconds}</integer>
  <key>StandardErrorPath</key>${text(join(homedir(), "Library/Logs/bun-asr.log"))}
</dict>
</plist>
`;
}

function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
