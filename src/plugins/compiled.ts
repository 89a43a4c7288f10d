import { existsSync } from 'node:fs'
import type { Inventory } from './architect.ts'

/** @throws if a handler did not compile: Architect prints what esbuild says, and goes on */
export function requireCompiled({ lambdasBySrcDir }: Inventory): void {
  for (const { name, handlerFile } of Object.values(lambdasBySrcDir)) {
    if (existsSync(handlerFile)) continue
    throw Error(
      `${name} did not compile: see the esbuild error above. If there is none, another command compiled it meanwhile: try again`,
    )
  }
}
