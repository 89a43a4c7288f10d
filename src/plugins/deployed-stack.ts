import awsLite from '@aws-lite/client'
import type { Inventory } from './architect.ts'

/** A CloudFormation stack, as far as this project reads it. */
export type Stack = {
  StackId: string
  StackStatus: string
  CreationTime: Date
  LastUpdatedTime?: Date
  outputs: Output[]
}

export type Output = { OutputKey: string; OutputValue: string }

export type StackEvent = {
  LogicalResourceId: string
  PhysicalResourceId?: string
  ResourceType: string
  ResourceStatus: string
  ResourceStatusReason?: string
}

/** A list in the XML of AWS: with one member, it is parsed as that member. */
export type List<T> = { member?: T | T[] } | undefined

export type Account = Awaited<ReturnType<typeof openAccount>>

/**
 * A client for AWS, in the region and with the profile of app.arc.
 * @throws if there are no credentials, or if AWS has no such region
 */
export function connectToAws({ region, profile }: Inventory['aws']) {
  return awsLite({ region, ...(profile && { profile }) })
}

/**
 * What a deploy reads from an AWS account.
 * @throws as `connectToAws` does
 */
export async function openAccount(aws: Inventory['aws']) {
  const client = await connectToAws(aws)

  async function call<T>(service: string, Action: string, query: object = {}): Promise<T> {
    const { payload } = await client({ service, query: { Action, ...query } })
    return payload[`${Action}Result`] as T
  }

  /** undefined if there is no such stack. */
  async function stack(StackName: string): Promise<Stack | undefined> {
    type Result = { Stacks: List<Stack & { Outputs: List<Output> }> }
    try {
      const [found] = members((await call<Result>('cloudformation', 'DescribeStacks', { StackName })).Stacks)
      return found && { ...found, outputs: members(found.Outputs) }
    } catch (error) {
      if (/Stack .*does not exist/.test((error as Error).message)) return undefined
      throw error
    }
  }

  /** The events of the last create or update, oldest first. */
  async function lastEvents(StackName: string): Promise<StackEvent[]> {
    type Page = { StackEvents: List<StackEvent>; NextToken?: string }
    const events: StackEvent[] = []
    let NextToken: string | undefined
    do {
      const query = { StackName, ...(NextToken && { NextToken }) }
      const page = await call<Page>('cloudformation', 'DescribeStackEvents', query)
      events.push(...members(page.StackEvents))
      NextToken = page.NextToken
    } while (NextToken && !events.some(isStart))
    const start = events.findIndex(isStart)
    return events.slice(0, start < 0 ? undefined : start + 1).reverse()
  }

  /** Who the credentials belong to. Every identity may ask for this. */
  async function identity(): Promise<string> {
    const { Arn } = await call<{ Arn: string }>('sts', 'GetCallerIdentity', { Version: '2011-06-15' })
    return Arn
  }

  return { stack, lastEvents, identity }
}

export function members<T>(list: List<T>): T[] {
  return [list?.member ?? []].flat() as T[]
}

function isStart({ ResourceType, ResourceStatus }: StackEvent): boolean {
  return ResourceType === 'AWS::CloudFormation::Stack' && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(ResourceStatus)
}
