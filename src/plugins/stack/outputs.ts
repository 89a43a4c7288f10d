import type { Template } from '../architect.ts'
import type { Settings } from '../settings.ts'
import { API, tableId } from './template.ts'

/** Adds what a caller and an operator need to the outputs of the stack. */
export function addOutputs({ Outputs }: Template, domain: Settings['domain']['production']): void {
  const host = domain?.name ?? `\${${API}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`
  Outputs.SignupApiUrl = {
    Description: 'POST a sign-up here',
    Value: { 'Fn::Sub': `https://${host}/signup` },
  }
  Outputs.UsersTableName = {
    Description: 'The table that holds the users',
    Value: { Ref: tableId('mathai_users') },
  }
}
