// AWS's errors as sentences that say what helps.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CommandError } from './command.ts'

/** An error of AWS's SDK. aws.ts adds the name of the command and the identity that called. */
export type AwsError = Error & {
  code?: string
  commandName?: string
  identity?: string
  $metadata?: { httpStatusCode?: number }
}

/** S3 does not always say which right is missing, and not every right has the name of its command. */
const S3_ACTIONS: Record<string, string> = {
  HeadBucketCommand: 's3:ListBucket',
  CreateBucketCommand: 's3:CreateBucket',
  PutPublicAccessBlockCommand: 's3:PutBucketPublicAccessBlock',
  PutObjectCommand: 's3:PutObject',
}

/** Errors by their names and messages. */
const SENTENCES: [RegExp, (message: string, region: string) => string][] = [
  [
    /Signature (expired|not yet current)|^RequestTimeTooSkewed/,
    (message) => `The clock of this machine is wrong: AWS says "${message}". Set the clock, then try again.`,
  ],
  [
    /^(ExpiredToken|RequestExpired)/,
    () => 'The AWS credentials have expired. Get new ones, for example with "aws sso login".',
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClient|AuthFailure|SignatureDoesNotMatch|InvalidAccessKeyId)/,
    (message, region) =>
      `AWS does not accept these credentials in ${region}: "${message}". Either the keys are wrong, or this account has ` +
      `not enabled the region. See whether it has:\n  aws account get-region-opt-status --region-name ${region}`,
  ],
  [
    /\[OBSOLETE\]|_IN_PROGRESS (state|status)/,
    (message) => `Another deploy changes this stack: ${message} Deploy again when it has ended.`,
  ],
]

/** An error as a sentence that says what was wrong, and what helps if that is known. */
export function explainError(error: AwsError, region: string, env = process.env): string {
  const { name, message, commandName = '', identity = '', $metadata } = error
  if (name.endsWith('ProviderError')) return explainCredentials(message, env)
  const action = $metadata?.httpStatusCode === 403 && S3_ACTIONS[commandName]
  const denial = explainDenial(message) ?? (action && describeDenial(identity, action))
  if (denial) return denial
  if (isNetworkError(error)) {
    const sentence = `AWS cannot be reached in ${region} (${error.code ?? name}). Check the network, and the region in app.arc.`
    const proxy = 'HTTPS_PROXY is set, but this command connects without a proxy: run it on a machine that needs none.'
    return env.HTTPS_PROXY || env.https_proxy ? `${sentence} ${proxy}` : sentence
  }
  if (isThrottled(error)) return 'AWS throttles the calls of this account. Try again in a few minutes.'
  const [, sentence] = SENTENCES.find(([pattern]) => pattern.test(`${name} ${message}`)) ?? []
  if (sentence) return sentence(message, region)
  const details = message && message !== 'UnknownError' ? message : `status ${$metadata?.httpStatusCode}`
  return [commandName.replace(/Command$/, ''), name, details].filter(Boolean).join(': ')
}

const NETWORK_CODE = /^E(AI_|CONN|HOST|NET|NOTFOUND|PIPE|PROTO|TIMEDOUT)/

/** True if AWS did not answer. */
export function isNetworkError({ code = '', name, $metadata }: AwsError): boolean {
  return !$metadata?.httpStatusCode && (name === 'TimeoutError' || NETWORK_CODE.test(code))
}

export function isThrottled({ name }: AwsError): boolean {
  return /Throttl|TooManyRequests|SlowDown/.test(name)
}

/** True if the same call may succeed later. */
export function isTemporary(error: AwsError): boolean {
  return isNetworkError(error) || isThrottled(error)
}

/** An error of AWS as a sentence. Any other stays as it is. */
export function asCommandError(error: AwsError, region: string): Error {
  const isFromAws = '$metadata' in error || error.name.endsWith('ProviderError')
  return isFromAws ? new CommandError(explainError(error, region)) : error
}

function explainCredentials(message: string, env: NodeJS.ProcessEnv): string {
  const names = readProfileNames(env)
  const profile = names.length ? `AWS_PROFILE to one of ${names.join(', ')}` : 'AWS_PROFILE'
  const { AWS_PROFILE } = env
  if (AWS_PROFILE && !names.includes(AWS_PROFILE))
    return `The AWS profile ${AWS_PROFILE} does not exist. Set ${profile}.`
  return `There are no AWS credentials: ${message.replace(/\.$/, '')}. Set ${profile}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`
}

/** The profiles of ~/.aws/config and ~/.aws/credentials. */
function readProfileNames({ AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE }: NodeJS.ProcessEnv): string[] {
  const folder = join(homedir(), '.aws')
  const files = [AWS_CONFIG_FILE || join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials')]
  const texts = files.map((file) => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      return ''
    }
  })
  return [...new Set([...texts.join('\n').matchAll(/^\[(?:profile +)?([^\s\]]+)\]/gm)].map(([, name]) => String(name)))]
}

/** What reads and changes rows. */
const ROWS = /^dynamodb:(\w*Item|Scan|Query|RestoreTable\w*)$/

const DENIAL =
  /(arn:\S+) is not authorized to perform: "?([\w:]+)"?(?: on resource: \S+)?(?: ((?:because|with) [^.\n(]+))?/

/** Who lacks which right and what helps, if a message of AWS is about that. */
export function explainDenial(message: string): string | undefined {
  const [, identity, action, because] = DENIAL.exec(message) ?? []
  return identity && action && describeDenial(identity, action, because?.trim())
}

function describeDenial(identity: string, action: string, because = ''): string {
  const rule =
    /explicit deny in an? ([\w -]+)/.exec(because) ?? /because no (?!identity-based)([\w -]+?) allows/.exec(because)
  const advice = rule
    ? `Whoever made that ${rule[1]} must allow it.`
    : ROWS.test(action)
      ? 'People are handled with the rights of an administrator: no role of operate/deployer.yaml can read a row.'
      : /\wDeployer\b/.test(identity)
        ? 'operate/deployer.yaml makes this role: an administrator adds the right there and deploys that file again.'
        : 'operate/deployer.yaml grants what a deploy needs: an administrator deploys it, and you use its role. See operate/README.md.'
  return `${identity} may not do ${action}${because && `, ${because}`}. ${advice}`
}
