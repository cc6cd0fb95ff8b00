#!/usr/bin/env bun
// This folder: what those need who build, test and check the program in a clone.

import { runAsProcess } from "../ts/cli/main.ts";
import { cloneCommands } from "./commands.ts";
import { prepare } from "./setup.ts";

// The clone's door: it sets up and builds what is missing, and then is the program.

// File names count from where the user stands, not from the root, where package scripts run.
const startedIn = process.env["INIT_CWD"];
if (startedIn !== undefined) process.chdir(startedIn);

await runAsProcess({ commands: cloneCommands, prepare });
