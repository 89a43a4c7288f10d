import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const { env } = process

/** A section of ~/.aws/config or ~/.aws/credentials. */
type Profile = Record<string, string>

/** Which credentials Architect's AWS client uses: the keys of the environment, or a profile. */
export type Credentials = {
  profile: string
  chosenBy: 'AWS_ACCESS_KEY_ID' | 'app.arc' | 'AWS_PROFILE' | 'default'
}

/** Finds out which credentials are used, and prepares the environment for the AWS client, which is aws-lite. */
export function chooseCredentials(setting?: string | null): Credentials {
  // Without credentials, the search for those of an EC2 machine takes seconds.
  env.AWS_EC2_METADATA_DISABLED ??= 'true'
  const profile = setting || env.AWS_PROFILE || 'default'
  if (env.AWS_ACCESS_KEY_ID || env.AWS_SECRET_ACCESS_KEY) {
    // If there is a file, aws-lite insists on the profile, although it takes the keys of the environment.
    env.AWS_SHARED_CREDENTIALS_FILE = join(homedir(), '.aws', 'not-used')
    delete env.AWS_SDK_LOAD_CONFIG
    return { profile, chosenBy: 'AWS_ACCESS_KEY_ID' }
  }
  // Otherwise aws-lite does not read ~/.aws/config.
  env.AWS_SDK_LOAD_CONFIG ??= '1'
  return { profile, chosenBy: setting ? 'app.arc' : env.AWS_PROFILE ? 'AWS_PROFILE' : 'default' }
}

/** What a sentence calls these credentials. */
export function nameOf({ profile, chosenBy }: Credentials): string {
  return chosenBy === 'AWS_ACCESS_KEY_ID' ? 'the keys of the environment' : `the AWS profile ${profile}`
}

/** Why the AWS client found no credentials, and what helps. `reason` is the client's own. */
export function explainMissing(reason: string, { profile: name, chosenBy }: Credentials): string {
  if (reason.startsWith('Invalid region')) return `${reason}. Change "region" below @aws in app.arc.`
  if (chosenBy === 'AWS_ACCESS_KEY_ID') {
    return `${saying(reason)} Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then try again.`
  }
  const profiles = readProfiles()
  const profile = profiles[name]
  if (profile) return `The AWS profile ${name} ${explainProfile(profile, reason, name)}`
  const names = Object.keys(profiles).join(', ')
  if (chosenBy === 'default') {
    const choice = names ? `AWS_PROFILE to one of ${names}` : 'AWS_PROFILE'
    return `No AWS credentials. Set ${choice}, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then try again.`
  }
  const place = chosenBy === 'app.arc' ? 'the profile below @aws in app.arc' : 'AWS_PROFILE'
  const advice = names
    ? `Set ${place} to one of ${names}.`
    : `There is no profile in ~/.aws. Make it:\n  aws configure --profile ${name}`
  return `The AWS profile ${name} does not exist. ${saying(reason)} ${advice}`
}

function explainProfile(profile: Profile, reason: string, name: string): string {
  const login = `  aws sso login --profile ${name}`
  const unsupported = (what: string) => `uses ${what}, which Architect does not support. ${saying(reason)}`
  if (profile.sso_session) {
    return `${unsupported('an sso_session')} Sign in, and export the credentials:\n${login}\n${exporting(name)}`
  }
  if (profile.sso_start_url) return `uses SSO, which Architect supports. ${saying(reason)} Sign in:\n${login}`
  if (profile.credential_process) {
    return `uses a credential_process, which Architect supports. ${saying(reason)} Run the command to see why it fails:\n  ${profile.credential_process}`
  }
  const kind = ['role_arn', 'web_identity_token_file', 'login_session'].find((key) => profile[key])
  if (kind) return `${unsupported(kind)} Export the credentials:\n${exporting(name)}`
  return `has no credentials. ${saying(reason)} Add them:\n  aws configure --profile ${name}`
}

/** What helps if AWS does not accept the credentials. undefined if `reason` is about something else. */
export function explainRejected(reason: string, used: Credentials): string | undefined {
  const [rejection] = /The (security token|request signature)[^.]+/.exec(reason) ?? []
  if (!rejection) return undefined
  const isProfile = used.chosenBy !== 'AWS_ACCESS_KEY_ID'
  const renewal = isProfile ? `  aws configure --profile ${used.profile}` : exporting(env.AWS_PROFILE ?? 'NAME')
  return `AWS does not accept ${nameOf(used)}. It says: ${rejection}. Get new ones, for example:\n${renewal}`
}

/** A message of the AWS client without what the client puts in front. */
export function withoutClient(message: string): string {
  return message.replace('@aws-lite/client: ', '')
}

function exporting(profile: string): string {
  return `  eval "$(aws configure export-credentials --profile ${profile} --format env)"`
}

function saying(reason: string): string {
  return `The AWS client says: ${reason.trim().replace(/\.$/, '')}.`
}

function readProfiles(): Record<string, Profile> {
  const folder = join(homedir(), '.aws')
  return {
    ...readSections(env.AWS_CONFIG_FILE ?? join(folder, 'config'), /^\[(?:profile +)?([^\s\]]+)\]/),
    ...readSections(env.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, 'credentials'), /^\[([^\]]+)\]/),
  }
}

function readSections(file: string, heading: RegExp): Record<string, Profile> {
  const sections: Record<string, Profile> = {}
  if (!existsSync(file)) return sections
  let section: Profile = {}
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, name] = heading.exec(line) ?? []
    const [, key, value] = /^(\w+) *= *(.+?)\s*$/.exec(line) ?? []
    if (name) section = sections[name] = {}
    else if (line.startsWith('[')) section = {}
    else if (key && value) section[key] = value
  }
  return sections
}
