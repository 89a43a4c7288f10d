import type { Inventory, Stage, Template } from '../architect.ts'
import type { Settings } from '../settings.ts'
import { resource, tableId } from './template.ts'

/**
 * Puts a ceiling on what each table can cost, and protects the tables with `pitr true` in app.arc: in production they
 * can be restored and outlive the stack. All other tables are deleted with their stack.
 * @throws if a table is not in the template
 */
export function configureTables(
  template: Template,
  limits: Settings['limits'],
  { tables }: Inventory,
  stage: Stage,
): void {
  for (const { name, pitr } of tables) {
    const table = resource(template, tableId(name))
    const isKept = pitr === true && stage === 'production'
    table.DeletionPolicy = table.UpdateReplacePolicy = isKept ? 'Retain' : 'Delete'
    table.Properties.DeletionProtectionEnabled = isKept
    table.Properties.PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: isKept }
    table.Properties.OnDemandThroughput = {
      MaxReadRequestUnits: limits['table-reads-per-second'],
      MaxWriteRequestUnits: limits['table-writes-per-second'],
    }
  }
}
