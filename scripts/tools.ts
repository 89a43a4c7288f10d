import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const MODULES = join(import.meta.dirname, '../node_modules')

/** Runs a tool of node_modules by its file, and shows what it prints. Ends the process if the tool fails. */
function runTool(file: string, words: string[] = [], env: NodeJS.ProcessEnv = {}): void {
  const options = { stdio: 'inherit', env: { ...process.env, ...env } } as const
  const { status } = spawnSync(process.execPath, [join(MODULES, file), ...words], options)
  if (status !== 0) process.exit(1)
}

/** Architect does not check types: esbuild removes them. */
export function checkTypes(): void {
  runTool('typescript/bin/tsc')
}

/** Formatting, lint rules, and openapi.yaml. */
export function lint(): void {
  runTool('@biomejs/biome/bin/biome', ['check'])
  // Otherwise redocly sends statistics, and asks a registry for its newest version.
  runTool('@redocly/cli/bin/cli.js', ['lint', 'openapi.yaml'], {
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  })
}
