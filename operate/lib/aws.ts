// All that this project asks of AWS, with AWS's own SDK.
import { createHash } from 'node:crypto'
import * as cfn from '@aws-sdk/client-cloudformation'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { type BucketLocationConstraint, S3 } from '@aws-sdk/client-s3'
import { paginateGetParametersByPath, SSM } from '@aws-sdk/client-ssm'
import { STS } from '@aws-sdk/client-sts'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import type { Inventory, Stage, Template } from '../../src/plugins/architect.ts'

export type Account = Awaited<ReturnType<typeof openAccount>>
export type ChangeSetName = { StackName: string; ChangeSetName: string }
/** A change set: its status, why it failed, and what it would change. */
export type ChangeSet = { status: string; reason: string; changes: cfn.ResourceChange[] }

const PRIVATE = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }

/**
 * Opens the account of the credentials that AWS's SDK finds, in the region and with the profile of app.arc.
 * An error of a later call has the name of its command and the identity that called.
 * @throws if there are no credentials, or if AWS does not accept them
 */
export async function openAccount({ region, profile }: Inventory['aws']) {
  const credentials = fromNodeProviderChain({ ...(profile && { profile }), clientConfig: { region } })
  const config = { region, credentials }
  const client = new cfn.CloudFormation(config)
  const s3 = new S3(config)
  const ssm = new SSM(config)
  const dynamodb = new DynamoDB(config)
  const { Account: id = '', Arn: identity = '' } = await new STS(config).getCallerIdentity({})
  // Each error gets its command and the caller. Their types differ, what is used of them does not.
  for (const { middlewareStack } of [client, s3, ssm, dynamodb] as unknown as cfn.CloudFormation[]) {
    middlewareStack.add((next, { commandName }) => (args) => {
      return next(args).catch((error) => Promise.reject(Object.assign(error, { commandName, identity })))
    })
  }
  return {
    id,
    identity,
    region,
    /** For the rows of the users table. */
    dynamodb: DynamoDBDocument.from(dynamodb),

    /** undefined if there is no such stack. */
    async describeStack(StackName: string): Promise<cfn.Stack | undefined> {
      try {
        return (await client.describeStacks({ StackName })).Stacks?.[0]
      } catch (error) {
        if (/Stack .*does not exist/.test((error as Error).message)) return undefined
        throw error
      }
    },

    /** The events since the one with this ID, oldest first. */
    async readEvents(StackName: string, since?: string): Promise<cfn.StackEvent[]> {
      const events: cfn.StackEvent[] = []
      for await (const { StackEvents = [] } of cfn.paginateDescribeStackEvents({ client }, { StackName })) {
        const end = StackEvents.findIndex(({ EventId }) => EventId === since)
        events.push(...StackEvents.slice(0, end < 0 ? undefined : end))
        if (end >= 0) break
      }
      return events.reverse()
    },

    /** Resolves to the ID of the stack. A first create that fails will remove what it has made. */
    async createChangeSet(name: ChangeSetName, template: Template, isNew: boolean): Promise<string> {
      const { StackId = '' } = await client.createChangeSet({
        ...name,
        TemplateBody: JSON.stringify(template),
        ChangeSetType: isNew ? 'CREATE' : 'UPDATE',
        ...(isNew && { OnStackFailure: 'DELETE' }),
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
      })
      return StackId
    },

    async describeChangeSet(name: ChangeSetName): Promise<ChangeSet> {
      const result: ChangeSet = { status: '', reason: '', changes: [] }
      for await (const { Status = '', StatusReason = '', Changes = [] } of cfn.paginateDescribeChangeSet(
        { client },
        name,
      )) {
        const changes = Changes.flatMap(({ ResourceChange }) => ResourceChange ?? [])
        Object.assign(result, { status: Status, reason: StatusReason, changes: [...result.changes, ...changes] })
      }
      return result
    },

    /** Deletes a change set, and the empty stack that a change set for a new stack leaves. */
    async deleteChangeSet(name: ChangeSetName): Promise<void> {
      await client.deleteChangeSet(name)
      const stack = await this.describeStack(name.StackName)
      if (stack?.StackStatus === 'REVIEW_IN_PROGRESS') await client.deleteStack({ StackName: name.StackName })
    },

    /** Starts the change set. Its name becomes the token of each event that follows from it. */
    async executeChangeSet(name: ChangeSetName): Promise<void> {
      await client.executeChangeSet({ ...name, ClientRequestToken: name.ChangeSetName })
    },

    /** Puts objects into a bucket, by their keys. Makes the bucket if it is missing. */
    async upload(Bucket: string, objects: Map<string, Uint8Array>): Promise<void> {
      const bucket = { Bucket, ExpectedBucketOwner: id }
      await s3.headBucket(bucket).catch(async (error) => {
        if (error.name !== 'NotFound') throw error
        // S3 refuses a LocationConstraint for us-east-1.
        const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint }
        await s3.createBucket({ Bucket, ...(region !== 'us-east-1' && { CreateBucketConfiguration }) })
        await s3.putPublicAccessBlock({ ...bucket, PublicAccessBlockConfiguration: PRIVATE })
      })
      for (const [Key, Body] of objects) await s3.putObject({ ...bucket, Key, Body })
    },

    /** The variables that `arc env` has set for a stage. */
    async readVariables(app: string, stage: Stage): Promise<Record<string, string>> {
      const found: Record<string, string> = {}
      const query = { Path: `/${app}/${stage}`, Recursive: true, WithDecryption: true }
      for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ssm }, query)) {
        for (const { Name = '', Value = '' } of Parameters) found[Name.replace(/.*\//, '')] = Value
      }
      return found
    },
  }
}

/**
 * The bucket for the code of a stack, which has the parts of its name: the app, the stage, and perhaps a name of its own. S3
 * allows 63 characters, so that a long name ends with a hash of it.
 */
export function bucketName(parts: string[], { id, region }: Pick<Account, 'id' | 'region'>): string {
  const name = parts.filter(Boolean).join('-').toLowerCase()
  const rest = `-${id}-${region}`
  if (name.length + rest.length <= 63) return name + rest
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, 54 - rest.length)}-${hash}${rest}`
}
