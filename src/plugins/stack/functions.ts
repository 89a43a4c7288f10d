import type { Inventory, Template } from '../architect.ts'
import type { Settings } from '../settings.ts'
import { functionsOf, logsId, tableId } from './template.ts'

/** Tells each function the names of the tables, and gives it a log group, which AWS would otherwise keep forever. */
export function configureFunctions(template: Template, limits: Settings['limits'], { tables }: Inventory): void {
  const names = Object.fromEntries(tables.map(({ name }) => [name, `\${${tableId(name)}}`]))
  for (const [name, { Properties }] of functionsOf(template)) {
    Properties.Environment.Variables.TABLE_NAMES = { 'Fn::Sub': JSON.stringify(names) }
    Properties.LoggingConfig = {
      LogGroup: { Ref: logsId(name) },
      LogFormat: 'JSON',
      ApplicationLogLevel: 'INFO',
      SystemLogLevel: 'WARN',
    }
    template.Resources[logsId(name)] = {
      Type: 'AWS::Logs::LogGroup',
      Properties: { RetentionInDays: limits['log-retention-days'] },
    }
  }
}
