import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Inventory, Template } from '../architect.ts'
import type { Settings } from '../settings.ts'
import { functionsOf, logsId, tableId } from './template.ts'

/**
 * Tells each function the names of the tables, and gives it a log group, which AWS would otherwise keep forever.
 * The SHA-256 tells `npm run plan` whether the code has changed: Architect's archive is a new one each time.
 */
export function configureFunctions(template: Template, limits: Settings['limits'], { tables }: Inventory): void {
  const tableNames = Object.fromEntries(tables.map(({ name }) => [name, `\${${tableId(name)}}`]))
  for (const [name, lambda] of functionsOf(template)) {
    const { Properties } = lambda
    lambda.Metadata = { BundleSha256: sha256Of(Properties.CodeUri) }
    Properties.Environment.Variables.TABLE_NAMES = { 'Fn::Sub': JSON.stringify(tableNames) }
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

function sha256Of(folder: string): string {
  const hash = createHash('sha256')
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  for (const file of files.sort()) hash.update(file.slice(folder.length)).update(readFileSync(file))
  return hash.digest('hex')
}
