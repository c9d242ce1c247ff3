#!/usr/bin/env node
import { runCommandLine } from "./command-line.js";
import { processTerminal } from "./terminal.js";

// The process lives until the command is done, even while all it waits for are idle children.
const alive = setInterval(() => {}, 2 ** 30);
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
clearInterval(alive);
