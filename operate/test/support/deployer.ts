import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** A statement of a policy. */
export type Statement = {
  Effect: string
  Action: string | string[]
  Resource: string | string[]
  Condition?: Record<string, Record<string, string>>
}

export const { Parameters, Conditions, Resources, Outputs } = parse(
  readFileSync(new URL('../../deployer.yaml', import.meta.url), 'utf8'),
  { customTags: [{ tag: '!Sub', resolve: (text: string) => `Sub ${text}` }] },
)
const DEFAULTS: Record<string, string> = Object.fromEntries(
  Object.entries<{ Default?: string }>(Parameters).map(([name, { Default }]) => [name, Default ?? name]),
)

/** The resources of deployer.yaml as CloudFormation makes them with these parameters. A required one has its own name by default. */
export function deployerWith(parameters: Record<string, string> = {}): Record<string, any> {
  const values = { ...DEFAULTS, ...parameters }
  const evaluate = (value: any): any => {
    if (typeof value === 'string')
      return value.startsWith('Sub ')
        ? value.slice(4).replace(/\$\{(\w+)\}/g, (_, name) => String(values[name]))
        : value
    if (Array.isArray(value)) return value.map(evaluate).filter((item) => item !== undefined)
    if (typeof value !== 'object' || value === null) return value
    if (value.Ref === 'AWS::NoValue') return undefined
    if (value.Ref) return values[value.Ref] ?? `arn:aws:iam::123456789012:policy/${value.Ref}`
    if (value['Fn::Not']) return !evaluate(value['Fn::Not'][0])
    if (value['Fn::Equals']) return evaluate(value['Fn::Equals'][0]) === evaluate(value['Fn::Equals'][1])
    if (value['Fn::If']) {
      const [condition, yes, no] = value['Fn::If']
      return evaluate(evaluate(Conditions[condition]) ? yes : no)
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluate(item)]))
  }
  const made = Object.entries<any>(Resources).filter(
    ([, { Condition }]) => !Condition || evaluate(Conditions[Condition]),
  )
  return Object.fromEntries(made.map(([name, resource]) => [name, evaluate(resource)]))
}

/** The statements of a policy of deployer.yaml. */
export function statementsOf(name: 'Policy' | 'Boundary', parameters?: Record<string, string>): Statement[] {
  return deployerWith(parameters)[name].Properties.PolicyDocument.Statement
}
