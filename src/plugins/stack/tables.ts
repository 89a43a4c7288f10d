import type { Inventory, Stage, Template } from '../architect.ts'
import { requireResource, tableId } from './template.ts'

/**
 * Protects the tables with `pitr true` in app.arc: in production they can be restored and outlive the stack. All other
 * tables are deleted with their stack.
 * @throws if a table is not in the template
 */
export function configureTables(template: Template, { tables }: Inventory, stage: Stage): void {
  for (const { name, pitr } of tables) {
    const table = requireResource(template, tableId(name))
    const isKept = pitr === true && stage === 'production'
    table.DeletionPolicy = table.UpdateReplacePolicy = isKept ? 'Retain' : 'Delete'
    table.Properties.DeletionProtectionEnabled = isKept
    table.Properties.PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: isKept }
  }
}
