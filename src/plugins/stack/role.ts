import type { Inventory, Template } from '../architect.ts'
import { TABLE_ACTIONS } from '../this-app.ts'
import { arnOf, functionsOf, logsId, ROLE, requireResource, tableId } from './template.ts'

/**
 * Replaces what Architect allows the functions (`dynamodb:*`, logs and SSM) by what they need. The permissions boundary
 * is the name of a policy that limits the role further: deployer.yaml makes one.
 * @throws if a table of app.arc has no line in TABLE_ACTIONS, or if `@aws policies` asks for more
 */
export function limitRole(template: Template, { tables }: Inventory, boundary: string | null): void {
  if (functionsOf(template).some(([, { Properties }]) => Properties.Policies)) {
    throw Error('@aws policies is not supported: give the right in src/plugins/this-app.ts')
  }
  const tableRights = tables.map(({ name }) => allow(tableActions(name), tableId(name)))
  const logRights = functionsOf(template).map(([name]) =>
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logsId(name)),
  )
  const role = requireResource(template, ROLE).Properties
  role.Policies = [
    {
      PolicyName: 'TablesAndLogs',
      PolicyDocument: { Version: '2012-10-17', Statement: [...tableRights, ...logRights] },
    },
  ]
  if (boundary) {
    role.PermissionsBoundary = { 'Fn::Sub': `arn:aws:iam::\${AWS::AccountId}:policy/${boundary}` }
  }
}

function tableActions(table: string): string[] {
  const actions = TABLE_ACTIONS[table]
  if (actions) return actions
  throw Error(
    `No function may use the table ${table}. Say what they may do in src/plugins/this-app.ts, in TABLE_ACTIONS: ` +
      `a line such as "${table}: ['dynamodb:GetItem'],"`,
  )
}

function allow(Action: string[], name: string) {
  return { Effect: 'Allow', Action, Resource: arnOf(name) }
}
