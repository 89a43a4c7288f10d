import {
  type DeployArguments,
  NAMES,
  requireCompiled,
  resource,
  type SetterArguments,
  type Template,
} from './architect.ts'
import { readSettings } from './settings.ts'

/** The function's environment, in Sandbox too, and how it logs. */
export default { set: { env: setEnvironment }, deploy: { start } }

function setEnvironment({ arc }: SetterArguments): Record<string, string> {
  const { limits, passwords } = readSettings(arc)
  return {
    ATTEMPTS_PER_SOURCE: String(limits['attempts-per-source']),
    ATTEMPTS_WINDOW_MINUTES: String(limits['attempts-window-minutes']),
    ...(passwords['breach-check'] && { BREACHED_PASSWORDS_URL: 'https://api.pwnedpasswords.com' }),
  }
}

function start({ arc, inventory, cloudformation, stage }: DeployArguments): void {
  requireCompiled(inventory.inv)
  configureFunction(cloudformation, { ...setEnvironment({ arc, inventory }), ARC_ENV: stage })
}

/** @throws where Architect's function is not in the template */
export function configureFunction(template: Template, environment: Record<string, string>): void {
  const signup = resource(template, NAMES.signup)
  signup.Properties.Environment = {
    Variables: { ...environment, USERS_TABLE: { Ref: NAMES.users }, ATTEMPTS_TABLE: { Ref: NAMES.attempts } },
  }
  signup.Properties.LoggingConfig = {
    LogGroup: { Ref: NAMES.signupLogs },
    LogFormat: 'JSON',
    ApplicationLogLevel: 'INFO',
    SystemLogLevel: 'WARN',
  }
  signup.Metadata = {
    why: 'checks, hashes and stores one sign-up',
    guards: 'its own role, a time limit of 10 s, no network of yours',
    checkov: {
      skip: [
        {
          id: 'CKV_AWS_115',
          comment: 'A reserved concurrency fails on new accounts; the throttle of the API limits it',
        },
        {
          id: 'CKV_AWS_116',
          comment: 'Invoked synchronously: the caller gets the error, there is no queue to lose from',
        },
        {
          id: 'CKV_AWS_117',
          comment: 'Talks to DynamoDB only; a VPC would add cost and a cold start, and guard nothing',
        },
        { id: 'CKV_AWS_173', comment: 'The environment has names and numbers, no secret' },
      ],
    },
  }
}
