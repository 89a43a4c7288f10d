import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** A statement of a policy, without NotAction, NotResource and Principal. */
export type Statement = {
  Effect: string
  Action: string | string[]
  Resource: string | string[]
  Condition?: Record<string, Record<string, string>>
}
/** A call: its action, the ARN of its resource, and the values of condition keys. */
export type Right = [action: string, arn: string, context?: Record<string, string>]

/**
 * Whether policies allow a call: one statement must allow it and none may deny it. The only wildcard is `*`.
 * @throws if a condition is anything but an equality
 */
export function allows(statements: Statement[], [action, arn, context = {}]: Right): boolean {
  const applicable = statements.filter(
    ({ Action, Resource, Condition = {} }) =>
      [Action].flat().some((pattern) => matches(pattern, action)) &&
      [Resource].flat().some((pattern) => pattern === '*' || matchesArn(pattern, arn)) &&
      Object.entries(Condition).every(([operator, keys]) => holds(operator, keys, context)),
  )
  return applicable.length > 0 && applicable.every(({ Effect }) => Effect === 'Allow')
}

function holds(operator: string, keys: Record<string, string>, context: Record<string, string>): boolean {
  if (!['StringEquals', 'ArnEquals'].includes(operator)) throw Error(`Condition ${operator} is not implemented`)
  return Object.entries(keys).every(([key, value]) => context[key] === value)
}

/** A wildcard does not match across the first five colons of an ARN. */
function matchesArn(pattern: string, arn: string): boolean {
  const parts = (text: string) => [...text.split(':').slice(0, 5), text.split(':').slice(5).join(':')]
  return parts(pattern).every((part, index) => matches(part, parts(arn)[index]))
}

function matches(pattern: string, text = ''): boolean {
  return RegExp(`^${pattern.replace(/[^\w*]/g, '\\$&').replaceAll('*', '.*')}$`).test(text)
}

/** The resources of deployer.yaml for an app, with their references resolved as far as a test needs. */
export function deployerOf(App: string, Stack: string) {
  const names: Record<string, string> = { App, Stack }
  const resolve = (text: string) => text.replace(/\$\{(App|Stack)\}/, (_, name) => String(names[name]))
  return parse(
    readFileSync(new URL('../../deployer.yaml', import.meta.url), 'utf8'),
    (_key, value: any) => (value?.Ref ? `arn:aws:iam::123456789012:policy/${value.Ref}` : value),
    { customTags: [{ tag: '!Sub', resolve }] },
  ).Resources
}

/** The statements of a policy of deployer.yaml. */
export function statementsOf(name: 'Policy' | 'Boundary', App = 'mathai', Stack = 'Mathai'): Statement[] {
  return deployerOf(App, Stack)[name].Properties.PolicyDocument.Statement
}
