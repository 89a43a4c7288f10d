import type { Template } from '../architect.ts'
import type { Domain } from '../settings.ts'
import { outputs } from '../this-app.ts'
import { API, tableId } from './template.ts'

/** Adds what a caller and an operator need to the outputs of the stack. */
export function addOutputs({ Outputs }: Template, domain: Domain | null): void {
  const host = domain?.name ?? `\${${API}}.execute-api.\${AWS::Region}.amazonaws.com`
  Object.assign(Outputs, outputs(host, tableId))
}
