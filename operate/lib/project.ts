// Reads app.arc, and checks the types.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import inventory from '@architect/inventory'
import type { Inventory, Stage } from '../../src/plugins/architect.ts'
import { CommandError } from './command.ts'

/** What Architect reads from app.arc, in the form that its own modules take. */
export type Project = { inv: Inventory }

/**
 * Reads app.arc and everything that it refers to, for a stage, or for Sandbox if there is none.
 * @throws an error with every mistake in app.arc
 */
export async function readProject(stage?: Stage): Promise<Project> {
  // Architect refuses such a path, but does not say which part of it is wrong.
  if (/[^\x20-\x7e]/.test(process.cwd())) {
    throw new CommandError(
      `The path of this project, ${process.cwd()}, must have ASCII characters only. Move the project to another folder.`,
    )
  }
  try {
    return await inventory(stage ? { deployStage: stage } : {})
  } catch (error) {
    // The messages of the plugins, without Architect's headings and stack traces.
    const lines = (error as Error).message
      .split('\n')
      .filter((line) => !/^ {4}at |^(Plugin|Validation|Manifest) errors?:$/.test(line))
      .map((line) => line.replace(/^- (Runtime plugin 'undefined' failed: )?/, ''))
      .map((line) =>
        line.replace(/^.*pragma "@.*illegal character.*$/, '$&. Put an e-mail address in quotes: "ops@example.org"'),
      )
    throw new CommandError([...new Set(lines)].join('\n'))
  }
}

/** Architect does not check types: esbuild removes them. Ends the process if one is wrong. */
export function checkTypes(): void {
  const tsc = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
  if (spawnSync(process.execPath, [tsc], { stdio: 'inherit' }).status !== 0) process.exit(1)
}
