import { type DeployArguments, NAMES, type Resource, type Template } from './architect.ts'
import { readSettings } from './settings.ts'

/** Makes the two log groups, which AWS would otherwise make itself and keep for ever. */
export default {
  deploy: {
    start: ({ arc, cloudformation }: DeployArguments) =>
      addLogGroups(cloudformation, readSettings(arc).limits['log-retention-days']),
  },
}

export function addLogGroups({ Resources }: Template, days: number): void {
  Resources[NAMES.signupLogs] = logGroup(
    days,
    'keeps one line per sign-up',
    'no password, hash or e-mail address',
  )
  Resources[NAMES.apiLogs] = logGroup(days, 'keeps one line per access', 'no bodies')
}

function logGroup(RetentionInDays: number, why: string, content: string): Resource {
  return {
    Type: 'AWS::Logs::LogGroup',
    Properties: { RetentionInDays },
    Metadata: {
      why,
      guards: `gone after ${RetentionInDays} days, ${content}`,
      checkov: {
        skip: [
          { id: 'CKV_AWS_158', comment: 'Encrypted by CloudWatch; a key of ours would add a monthly cost' },
        ],
      },
    },
  }
}
