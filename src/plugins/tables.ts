import { type DeployArguments, NAMES, resource, type Stage, type Template } from './architect.ts'
import { readSettings, type Settings } from './settings.ts'

/** Keeps the users whatever happens to the stack, and puts a ceiling on what the tables can cost. */
export default {
  deploy: {
    start: ({ arc, cloudformation, stage }: DeployArguments) =>
      guardTables(cloudformation, stage, readSettings(arc)),
  },
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
const NO_KEY_OF_OURS = {
  id: 'CKV_AWS_119',
  comment: 'Encrypted at rest by DynamoDB; a key of ours would add a monthly cost',
}

/** @throws where one of the tables is not in the template */
export function guardTables(template: Template, stage: Stage, { limits }: Settings): void {
  const OnDemandThroughput = {
    MaxReadRequestUnits: limits['table-reads-per-second'],
    MaxWriteRequestUnits: limits['table-writes-per-second'],
  }
  const users = resource(template, NAMES.users)
  Object.assign(users, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
  Object.assign(users.Properties, {
    DeletionProtectionEnabled: stage === 'production',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    OnDemandThroughput,
  })
  users.Metadata = {
    why: 'holds the users, by e-mail address',
    guards: `${stage === 'production' ? 'deletion protection, ' : ''}kept when the stack goes, restorable to any second of 35 days, a ceiling on reads and writes`,
    checkov: { skip: [NO_KEY_OF_OURS] },
  }

  const attempts = resource(template, NAMES.attempts)
  Object.assign(attempts, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' })
  Object.assign(attempts.Properties, { OnDemandThroughput })
  attempts.Metadata = {
    why: 'counts the attempts of each source',
    guards: 'rows expire by themselves, a ceiling on reads and writes',
    checkov: {
      skip: [NO_KEY_OF_OURS, { id: 'CKV_AWS_28', comment: 'Its rows are worth nothing after minutes' }],
    },
  }
}
