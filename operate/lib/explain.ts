// AWS's errors as sentences that say what helps, or nothing: no advice asks for a wider right than deployer.yaml has.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** An error of AWS's SDK. aws.ts adds the name of the command, the identity that called, and where. */
export type AwsError = Error & {
  code?: string
  commandName?: string
  identity?: string
  place?: Place
  $metadata?: { httpStatusCode?: number; requestId?: string }
}
/** Where the calls go, and with which profile of app.arc. */
export type Place = { region: string; profile?: string | null | undefined }

/** S3 does not always say which right is missing, and not every right has the name of its command. */
const S3_ACTIONS: Record<string, string> = {
  HeadBucketCommand: 's3:ListBucket',
  CreateBucketCommand: 's3:CreateBucket',
  PutObjectCommand: 's3:PutObject',
}

/** Errors by their names and messages. */
const SENTENCES: [RegExp, (message: string, place: Place) => string][] = [
  [
    /Signature (expired|not yet current)|^RequestTimeTooSkewed/,
    (message) => `The clock of this machine is wrong: AWS says "${message}". Set the clock, then try again.`,
  ],
  [
    /^(ExpiredToken|RequestExpired)/,
    (_, place) => `The AWS credentials have expired. Sign in again:\n  aws login${profileOption(place)}`,
  ],
  [
    /^(OptInRequired|SubscriptionRequired)|needs a subscription for the service/,
    (message) =>
      `This AWS account is not active yet: "${message}". Finish its sign-up in the console, with a card and a phone ` +
      'number. AWS may then take a day.',
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClient|AuthFailure|SignatureDoesNotMatch|InvalidAccessKeyId)/,
    (message, { region }) =>
      `AWS does not accept these credentials in ${region}: "${message}". Either the keys are wrong, or this account has ` +
      `not enabled the region. See whether it has:\n  aws account get-region-opt-status --region-name ${region}`,
  ],
  [
    /\[OBSOLETE\]|_IN_PROGRESS (state|status)/,
    (message) => `Another deploy changes this stack: ${message} Deploy again when it has ended.`,
  ],
  [
    /'templateBody' failed to satisfy constraint/,
    () => 'The template is larger than the 51,200 bytes that CloudFormation takes this way. Remove routes or alarms.',
  ],
  [
    /Proxy Authentication Required|\b407\b/,
    () => 'The proxy of HTTPS_PROXY wants a user and a password. Write them into it: http://user:password@host:port',
  ],
  [/^ENOSPC/, () => 'The disk of this machine is full. Free some space, then try again.'],
]

/** An error as a sentence that says what was wrong, and what helps if that is known. */
export function explainError(error: AwsError, place: Place, env = process.env): string {
  const { name, message, commandName = '', identity = '', $metadata } = error
  const action = $metadata?.httpStatusCode === 403 && $metadata.requestId && S3_ACTIONS[commandName]
  const denial =
    explainDenial(message) ?? (action && describeDenial(identity, action, 'or the bucket has rules of its own'))
  if (denial) return denial
  if (name.endsWith('ProviderError')) return explainCredentials(message, place, env)
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(error.code ?? '')) {
    return (
      `The certificate of the answer is not trusted (${error.code}): something between this machine and AWS reads along. If that is ` +
      'right, trust the certificates of this machine:\n  NODE_OPTIONS=--use-system-ca npm run …'
    )
  }
  if (isNetworkError(error)) {
    const proxy = env.HTTPS_PROXY ?? env.https_proxy
    const through = proxy ? ', through the proxy of HTTPS_PROXY' : ''
    return `AWS cannot be reached in ${place.region}${through} (${error.code ?? name}). Check the network, and the region in app.arc.`
  }
  if (isThrottled(error)) return 'AWS throttles the calls of this account. Try again in a few minutes.'
  const [, sentence] = SENTENCES.find(([pattern]) => pattern.test(`${error.code ?? name} ${message}`)) ?? []
  if (sentence) return sentence(message, place)
  const { httpStatusCode } = $metadata ?? {}
  if (isFromElsewhere(error)) {
    return (
      `An answer with the status ${httpStatusCode} did not come from AWS: something between this machine and AWS in ${place.region}, ` +
      'such as a proxy or a filter, has answered. Ask whoever runs the network.'
    )
  }
  const details = message && message !== 'UnknownError' ? message : `status ${httpStatusCode}`
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

/** HTML, or no text at all: AWS gives each of its answers the ID of the request. */
function isFromElsewhere({ name, message, $metadata }: AwsError): boolean {
  const hasNoText = ['', 'Unknown', 'UnknownError'].includes(message) || name === 'SyntaxError'
  return $metadata?.httpStatusCode !== undefined && !$metadata.requestId && hasNoText
}

/** True if the call may have reached AWS and done its work, although no answer of AWS says so. */
export function isLost(error: AwsError): boolean {
  const isTakenAlready = /\bEXECUTE_(IN_PROGRESS|COMPLETE)\b/.test(error.message)
  return isTakenAlready || isTemporary(error) || isFromElsewhere(error) || !error.$metadata?.httpStatusCode
}

/** True if the same call may succeed later. */
export function isTemporary(error: AwsError): boolean {
  return isNetworkError(error) || isThrottled(error) || Number(error.$metadata?.httpStatusCode) >= 500
}

/** True for what explainError explains. The message of any other error is its sentence. */
export function needsExplanation(error: Partial<AwsError>): error is AwsError {
  return '$metadata' in error || String(error.name).endsWith('ProviderError') || error.code === 'ENOSPC'
}

const quote = (name: string) => (/\s/.test(name) ? `"${name}"` : name)

const profileOption = ({ profile }: Place, env = process.env) => {
  const name = profile ?? env.AWS_PROFILE
  return name ? ` --profile ${quote(name)}` : ''
}

function explainCredentials(message: string, place: Place, env: NodeJS.ProcessEnv): string {
  const names = readProfileNames(env)
  const quoted = names.map(quote).join(', ')
  const name = place.profile ?? env.AWS_PROFILE
  const option = profileOption(place, env)
  if (name && !names.includes(name)) {
    const there = names.length ? ` There are ${quoted}.` : ''
    return place.profile
      ? `app.arc names the profile ${name}, which does not exist on this machine.${there}`
      : `AWS_PROFILE names the profile ${name}, which does not exist on this machine.${there}`
  }
  const sentence = message.replace(/\.?\s*$/, '.')
  if (/\bsso\b/i.test(message)) return `${sentence} Sign in again:\n  aws sso login${option}`
  if (/login session|aws login/i.test(message)) return `${sentence} Sign in again:\n  aws login${option}`
  if (/\bmfa\b/i.test(message)) {
    return (
      `${sentence} This command cannot ask for a code. Get keys first:\n` +
      `  eval "$(aws configure export-credentials${option} --format env)"`
    )
  }
  if (name) return `${sentence} See whether the profile works:\n  aws sts get-caller-identity${option}`
  const profiles = names.length ? `, set AWS_PROFILE to one of ${quoted}` : ''
  return (
    `There are no AWS credentials: ${sentence} Sign in with "aws login" (AWS CLI 2.32 or newer)${profiles}, or set ` +
    'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'
  )
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
  const headings = texts.join('\n').matchAll(/^\[(?!sso-session |services )(?:profile +)?["']?([^"'\]]+?)["']?\s*\]/gm)
  return [...new Set([...headings].map(([, name]) => String(name)))]
}

/** What reads and changes rows. */
const ROWS = /^dynamodb:(\w*Item|Scan|Query|RestoreTable\w*)$/
/** What deployer.yaml allows for roles with its boundary only, or denies so that the boundary stays. */
const BOUNDED = /^iam:(CreateRole|DeleteRolePolicy|PutRolePolicy|(Put|Delete)RolePermissionsBoundary)$/
/** The log delivery of AWS names neither who nor what. */
const LOG_DELIVERY = /Insufficient permissions to enable logging|permissions to create a Service Linked Role/i

// The resource has no word, one, or two ("role NAME"). What follows it may end with the ARN of the policy.
const DENIAL =
  /(arn:\S+) is not authorized to perform: "?([\w:]+)"?(?: on resource: (?:(?! because | with an? )[^\n])*)?(?: ((?:because|with) [^.\n(]+))?/

/** Who lacks which right and what helps, if a message of AWS is about that. */
export function explainDenial(message: string): string | undefined {
  if (LOG_DELIVERY.test(message)) {
    return 'The access log of the API needs the rights of "WithoutResource" and "RoleOfApiGateway" in operate/deployer.yaml. Whoever deploys lacks one.'
  }
  const [, identity, action, because] = DENIAL.exec(message) ?? []
  return identity && action && describeDenial(identity, action, because?.trim())
}

function describeDenial(identity: string, action: string, because = ''): string {
  const rule =
    /explicit deny in an? ((?!identity-based)[\w -]+)/.exec(because) ??
    /because no (?!identity-based)([\w -]+?) allows/.exec(because)
  const stack = stackOfDeployer(identity)
  return `${identity} may not do ${action}${because && `, ${because}`}. ${adviseDenial(action, because, rule?.[1], stack)}`
}

/** The parameter Stack of deployer.yaml, if an identity is the role of that file. */
export function stackOfDeployer(identity: string): string | undefined {
  return /\b(\w+)Deployer\b/.exec(identity)?.[1]
}

/** What app.arc must have if the role of deployer.yaml deploys it. */
export function boundaryLines(stack: string): string {
  return `@role\npermissions-boundary ${stack}FunctionBoundary`
}

/** `rule` is the kind of policy that stands in the way, `stack` that of deployer.yaml, if the identity is its role. */
function adviseDenial(action: string, because: string, rule?: string, stack?: string): string {
  if (rule) return `Whoever made that ${rule} must allow it.`
  if (action === 'sts:AssumeRole') {
    return (
      'operate/deployer.yaml lets in whom its parameter Person names: an administrator deploys it with that ARN. The user needs ' +
      'sts:AssumeRole on the role, too.'
    )
  }
  if (ROWS.test(action)) {
    return 'People are handled with the rights of an administrator: no role of operate/deployer.yaml can read a row.'
  }
  if (stack && BOUNDED.test(action)) {
    return `operate/deployer.yaml allows that for roles with its boundary only. Have in app.arc:\n${boundaryLines(stack)}`
  }
  if (/explicit deny/.test(because)) return 'Whoever made that policy denies it on purpose: ask them.'
  return stack
    ? 'If operate/deployer.yaml of this commit has that right, an administrator deploys that file again. If not, it is a mistake of this project.'
    : 'operate/deployer.yaml grants what a deploy needs: an administrator deploys it, and you use its role. See operate/README.md.'
}
