import type { Inventory, Stage, Template } from '../architect.ts'
import { requireResource, tableId } from './template.ts'

/**
 * Tables with `pitr true` in app.arc can be restored. In production they are also protected and outlive the stack; all other
 * tables are deleted with their stack.
 * @throws if a table is not in the template
 */
export function configureTables(template: Template, { tables }: Inventory, stage: Stage): void {
  for (const { name, pitr } of tables) {
    const table = requireResource(template, tableId(name))
    const isKept = pitr === true && stage === 'production'
    table.DeletionPolicy = table.UpdateReplacePolicy = isKept ? 'Retain' : 'Delete'
    table.Properties.DeletionProtectionEnabled = isKept
    table.Properties.PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: pitr === true }
  }
}
