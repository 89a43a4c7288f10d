import { toLogicalID } from '@architect/utils'
import type { Resource, Template } from '../architect.ts'

/** The logical names of the resources that Architect makes, or that a step adds. */
export const API = 'HTTP'
export const ROLE = 'Role'
export const API_LOGS = 'ApiLogs'

/** The logical name of a table of app.arc. */
export function tableId(name: string): string {
  return `${toLogicalID(name)}Table`
}

/** The logical name of the log group of a function. */
export function logsId(functionId: string): string {
  return `${functionId.replace(/HTTPLambda$/, '')}Logs`
}

/** @throws if the template has no such resource, which a new version of Architect may name otherwise */
export function requireResource(template: Template, name: string): Resource {
  const found = template.Resources[name]
  if (found) return found
  const names = Object.keys(template.Resources).join(', ')
  throw Error(`The template has no ${name}: has Architect changed? It has ${names}`)
}

/** The functions of the template, by their logical names. */
export function functionsOf({ Resources }: Template): [string, Resource][] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Serverless::Function')
}

export function arnOf(name: string) {
  return { 'Fn::GetAtt': [name, 'Arn'] }
}
