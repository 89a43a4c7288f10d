// The parts of Architect's plugin interface that these plugins use. https://arc.codes/docs/en/guides/plugins/overview

/** A pragma's lines: `name value` is a pair, a lone word a string. */
export type Pragma = (string | (string | number | boolean)[])[]

export type HookArguments = {
  arc: Record<string, Pragma | undefined>
  inventory: { inv: Inventory }
}

export type Inventory = {
  app: string
  /** null in Sandbox. */
  _arc: { deployStage: Stage | null }
  _project: { cwd: string }
  lambdasBySrcDir: Record<string, { name: string; handlerFile: string }>
}

export type Stage = 'staging' | 'production'
