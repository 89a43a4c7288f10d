import type { Template } from '../architect.ts'
import type { Settings } from '../settings.ts'
import { outputs } from '../this-app.ts'
import { API, tableId } from './template.ts'

/** Adds what a caller and an operator need to the outputs of the stack. */
export function addOutputs({ Outputs }: Template, domain: Settings['domain']['production']): void {
  const host = domain?.name ?? `\${${API}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`
  Object.assign(Outputs, outputs(host, tableId))
}
