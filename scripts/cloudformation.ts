import { setTimeout } from 'node:timers/promises'
import type { Inventory, Template } from '../src/plugins/architect.ts'
import { connectToAws, type List, members } from '../src/plugins/deployed-stack.ts'
import { requireRegion, stop } from './arc.ts'
import { chooseCredentials, explainMissing } from './credentials.ts'

const WAIT_SECONDS = 300
const NOT_YET = /_(PENDING|IN_PROGRESS)$/

export type DeployedTemplate = Template & { Description?: string }

/** What would happen to one resource. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
export type Change = {
  Action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic'
  LogicalResourceId: string
  ResourceType: string
  Replacement?: 'True' | 'False' | 'Conditional'
  PolicyAction?: string
  Details: Detail[]
}
type Detail = {
  Target: { Attribute: string; Name?: string }
  Evaluation: 'Static' | 'Dynamic'
  ChangeSource?: string
}

type Member = { ResourceChange: Omit<Change, 'Details'> & { Details: List<Detail> } }
type Page = { Status: string; StatusReason?: string; Changes: List<Member>; NextToken?: string }

/** Sends one request to CloudFormation. Resolves to its result. */
export type CallCloudFormation = <Result>(Action: string, parameters: Record<string, string>) => Promise<Result>

/** Calls CloudFormation with the credentials of a deploy. Ends the process with a sentence if there are none. */
export async function connectToCloudFormation(inv: Inventory): Promise<CallCloudFormation> {
  requireRegion(inv)
  const credentials = chooseCredentials(inv.aws.profile)
  const client = await connectToAws(inv.aws).catch((error) => stop(explainMissing(error.message, credentials)))
  return async (Action, parameters) => {
    const { payload } = await client({
      service: 'cloudformation',
      // A template is too long for a URL.
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `${new URLSearchParams({ Action, Version: '2010-05-15', ...parameters })}`,
    })
    return payload[`${Action}Result`]
  }
}

/** The template of a stack as it was deployed, before the SAM transform. undefined if there is no such stack. */
export async function readTemplate(call: CallCloudFormation, StackName: string) {
  try {
    const parameters = { StackName, TemplateStage: 'Original' }
    const { TemplateBody } = await call<{ TemplateBody: string }>('GetTemplate', parameters)
    return JSON.parse(TemplateBody) as DeployedTemplate
  } catch (error) {
    if ((error as Error).message.includes('does not exist')) return undefined
    throw error
  }
}

/** Asks CloudFormation what the template would change. The change set is never executed, and deleted in every case. */
export async function readChanges(call: CallCloudFormation, StackName: string, TemplateBody: string) {
  const names = { StackName, ChangeSetName: `plan-${Date.now()}` }
  // CloudFormation refuses to delete a change set that it is still making: an interruption has to wait.
  let isInterrupted = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Architect's listener ends the process at once.
    process.removeAllListeners(signal).on(signal, () => {
      if (!isInterrupted) console.error('\nInterrupted: the change set is deleted first.')
      isInterrupted = true
    })
  }
  try {
    await call('CreateChangeSet', {
      ...names,
      TemplateBody,
      ChangeSetType: 'UPDATE',
      // Those of `arc deploy`.
      'Capabilities.member.1': 'CAPABILITY_IAM',
      'Capabilities.member.2': 'CAPABILITY_AUTO_EXPAND',
    })
    return await readChangeSet(call, names)
  } finally {
    await call('DeleteChangeSet', names).catch(({ message }) => {
      console.error(`The change set ${names.ChangeSetName} of ${StackName} may still be there: ${message}`)
    })
    if (isInterrupted) process.exit(130)
  }
}

async function readChangeSet(call: CallCloudFormation, names: Record<string, string>) {
  const { Status, StatusReason = '', ...first } = await readFirstPage(call, names)
  const changes = changesOf(first)
  for (let { NextToken } = first; NextToken; ) {
    const page = await call<Page>('DescribeChangeSet', { ...names, NextToken })
    changes.push(...changesOf(page))
    NextToken = page.NextToken
  }
  return { status: Status, reason: StatusReason, changes }
}

async function readFirstPage(call: CallCloudFormation, names: Record<string, string>): Promise<Page> {
  for (let second = 0; ; second++) {
    const page = await call<Page>('DescribeChangeSet', names)
    if (!NOT_YET.test(page.Status) || second === WAIT_SECONDS) return page
    await setTimeout(1000)
  }
}

function changesOf({ Changes }: Pick<Page, 'Changes'>): Change[] {
  return members(Changes).map(({ ResourceChange }) => ({
    ...ResourceChange,
    Details: members(ResourceChange.Details),
  }))
}
