import type { Inventory, Manifest, Template } from '../architect.ts'
import { tableNames } from '../manifest.ts'
import type { Settings } from '../settings.ts'
import { functionsOf, logsId, tableId } from './template.ts'

/** The tables of Sandbox, by their names in app.arc. In AWS, configureFunctions sets them. */
export function localTableNames(arc: Manifest): Record<string, string> {
  return Object.fromEntries(tableNames(arc).map((name) => [name, `${arc.app?.[0]}-staging-${name}`]))
}

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
