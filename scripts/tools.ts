import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const MODULES = join(import.meta.dirname, '../node_modules')

/** Runs a tool of node_modules by its file, and shows what it prints. Ends the process if the tool fails. */
function runTool(file: string, words: string[] = []): void {
  const { status } = spawnSync(process.execPath, [join(MODULES, file), ...words], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

/** Architect does not check types: esbuild removes them. */
export function checkTypes(): void {
  runTool('typescript/bin/tsc')
}

/** Checks the formatting and the lint rules. */
export function lint(): void {
  runTool('@biomejs/biome/bin/biome', ['check'])
}
