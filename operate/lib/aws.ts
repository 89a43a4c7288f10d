// All that this project asks of AWS, with AWS's own SDK.
import { createHash } from 'node:crypto'
import { Agent, type AgentOptions } from 'node:https'
import * as cfn from '@aws-sdk/client-cloudformation'
import { DynamoDB, paginateListTables } from '@aws-sdk/client-dynamodb'
import { type BucketLocationConstraint, S3 } from '@aws-sdk/client-s3'
import { paginateGetParametersByPath, SSM } from '@aws-sdk/client-ssm'
import { STS } from '@aws-sdk/client-sts'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import type { Inventory, Stage, Template } from '../../src/plugins/architect.ts'
import type { Tag } from '../../src/plugins/settings.ts'
import { type AwsError, isNetworkError } from './explain.ts'

export type Account = Awaited<ReturnType<typeof openAccount>>
export type ChangeSetName = { StackName: string; ChangeSetName: string }
/** A change set: its ARN, its status, why it failed, and what it would change. */
export type ChangeSet = { arn: string; status: string; reason: string; changes: cfn.ResourceChange[] }

/** How long a call may take to connect, and to be answered. */
const LIMITS = { connectionTimeout: 10_000, requestTimeout: 30_000, throwOnRequestTimeout: true }
/** The regions without names of buckets that belong to an account. https://docs.aws.amazon.com/AmazonS3/latest/userguide/gpbucketnamespaces.html */
const WITHOUT_NAMESPACE = ['me-south-1', 'me-central-1']

/**
 * Opens the account of the credentials that AWS's SDK finds, in the region and with the profile of app.arc.
 * An error of a call has the name of its command, the place, and the identity that called.
 * @throws if there are no credentials, or if AWS does not accept them
 */
export async function openAccount({ region, profile }: Inventory['aws']) {
  const credentials = fromNodeProviderChain({ ...(profile && { profile }), clientConfig: { region } })
  // Not documented in @types/node yet: the agent reads HTTPS_PROXY and NO_PROXY. https://nodejs.org/api/http.html#built-in-proxy-support
  const httpsAgent = new Agent({ keepAlive: true, proxyEnv: process.env } as AgentOptions)
  const config = { region, credentials, requestHandler: { ...LIMITS, httpsAgent } }
  const client = new cfn.CloudFormation(config)
  const s3 = new S3(config)
  const ssm = new SSM(config)
  const dynamodb = new DynamoDB(config)
  const sts = new STS(config)
  let identity = ''
  // The types of the clients differ, what is used of them does not.
  for (const { middlewareStack } of [sts, client, s3, ssm, dynamodb] as unknown as cfn.CloudFormation[]) {
    middlewareStack.add((next, { commandName }) => (args) => {
      const more = { commandName, identity, place: { region, profile } }
      const called = String(commandName).replace(/Command$/, '')
      const waiting = setInterval(() => console.error(`Waiting for the answer of AWS to ${called}…`), 10_000)
      return next(args)
        .catch((error) => Promise.reject(Object.assign(error, more)))
        .finally(() => clearInterval(waiting))
    })
  }
  const { Account: id = '', Arn = '' } = await sts.getCallerIdentity({})
  identity = Arn
  return {
    id,
    identity,
    region,
    profile,
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

    /**
     * Resolves to the ID of the stack. A first create that fails will remove what it has made. With `ResourcesToImport` the change set
     * takes in what is there already.
     */
    async createChangeSet(
      name: ChangeSetName,
      template: Pick<Template, 'Resources'>,
      {
        isNew,
        Tags,
        ResourcesToImport,
      }: { isNew: boolean; Tags: Tag[]; ResourcesToImport?: cfn.ResourceToImport[] | undefined },
    ): Promise<string> {
      const { StackId = '' } = await client.createChangeSet({
        ...name,
        TemplateBody: JSON.stringify(template),
        ChangeSetType: ResourcesToImport ? 'IMPORT' : isNew ? 'CREATE' : 'UPDATE',
        ...(isNew && !ResourcesToImport && { OnStackFailure: 'DELETE' }),
        ...(ResourcesToImport && { ResourcesToImport }),
        ...(Tags.length && { Tags }),
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'],
      })
      return StackId
    },

    /** What the validation of a change set says: of what fails, and of what AWS only warns of. Nothing without the right to read it. */
    async readValidation(name: ChangeSetName): Promise<string[]> {
      const events: cfn.OperationEvent[] = []
      try {
        for await (const { OperationEvents = [] } of cfn.paginateDescribeEvents({ client }, { ...name }))
          events.push(...OperationEvents)
      } catch (error) {
        if (isNetworkError(error as AwsError)) throw error
        return []
      }
      const lines = events.map(({ LogicalResourceId = 'The stack', ...event }) => {
        const reason = event.ValidationStatusReason ?? event.HookStatusReason ?? ''
        const isRefusal = event.ValidationStatus === 'FAILED' || event.HookStatus === 'HOOK_COMPLETE_FAILED'
        return isRefusal && reason ? `${LogicalResourceId}: ${reason} (${event.ValidationName ?? event.HookType})` : ''
      })
      return [...new Set(lines.filter(Boolean))]
    },

    /** The bucket with the code of a stack that is there. undefined if its template names none. */
    async readBucket(StackName: string): Promise<string | undefined> {
      const { TemplateBody = '' } = await client.getTemplate({ StackName, TemplateStage: 'Original' })
      return /"s3:\/\/([a-z0-9.-]+)\//.exec(TemplateBody)?.[1]
    },

    async describeChangeSet(name: ChangeSetName): Promise<ChangeSet> {
      const result: ChangeSet = { arn: '', status: '', reason: '', changes: [] }
      // A copy: the paginator writes its token into what it gets.
      for await (const {
        ChangeSetId: arn = '',
        Status = '',
        StatusReason = '',
        Changes = [],
      } of cfn.paginateDescribeChangeSet({ client }, { ...name })) {
        const changes = Changes.flatMap(({ ResourceChange }) => ResourceChange ?? [])
        Object.assign(result, { arn, status: Status, reason: StatusReason, changes: [...result.changes, ...changes] })
      }
      return result
    },

    /** Deletes a change set, and the empty stack that a change set for a new stack leaves. */
    async deleteChangeSet(name: ChangeSetName): Promise<void> {
      await client.deleteChangeSet(name)
      const stack = await this.describeStack(name.StackName)
      if (stack?.StackStatus === 'REVIEW_IN_PROGRESS') await client.deleteStack({ StackName: name.StackName })
    },

    /** The tables whose names begin like this, each with its key, and a line with its creation time and whether it has rows. */
    async findTables(prefix: string): Promise<{ name: string; key: string; line: string }[]> {
      const tables: { name: string; key: string; line: string }[] = []
      for await (const { TableNames = [] } of paginateListTables({ client: dynamodb }, {})) {
        for (const TableName of TableNames.filter((name) => name.startsWith(prefix))) {
          const { Table } = await dynamodb.describeTable({ TableName })
          // ItemCount is hours old. The role of deployer.yaml may not read rows.
          const rows = await dynamodb.scan({ TableName, Limit: 1 }).then(
            ({ Count }) => (Count ? 'has rows' : 'empty'),
            () => 'rows not known',
          )
          const key = String(Table?.KeySchema?.map(({ AttributeName }) => AttributeName))
          const line = `  ${TableName}, made ${Table?.CreationDateTime?.toISOString()}, ${rows}`
          tables.push({ name: TableName, key, line })
        }
      }
      return tables
    },

    /** Starts the change set. Its name becomes the token of each event that follows from it. */
    async executeChangeSet(name: ChangeSetName): Promise<void> {
      await client.executeChangeSet({ ...name, ClientRequestToken: name.ChangeSetName })
    },

    /** Puts objects into a bucket, by their keys. Makes the bucket if it is missing. */
    async upload(Bucket: string, objects: Map<string, Uint8Array>, Tags: Tag[]): Promise<void> {
      const bucket = { Bucket, ExpectedBucketOwner: id }
      await s3.headBucket(bucket).catch(async (error) => {
        if (error.name !== 'NotFound') throw error
        await s3.createBucket({
          Bucket,
          ...(Bucket.endsWith('-an') && { BucketNamespace: 'account-regional' }),
          CreateBucketConfiguration: {
            // S3 refuses one for us-east-1.
            ...(region !== 'us-east-1' && { LocationConstraint: region as BucketLocationConstraint }),
            ...(Tags.length && { Tags }),
          },
        })
      })
      // Some companies refuse an upload that does not say how it is encrypted.
      for (const [Key, Body] of objects) await s3.putObject({ ...bucket, Key, Body, ServerSideEncryption: 'AES256' })
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
 * The bucket for the code of a stack, which has the parts of its name: the app, the stage, and perhaps a name of its own. It is one of
 * the account's own names, which nobody else can have. S3 allows 63 characters, so that a long name ends with a hash of it.
 */
export function bucketName(parts: string[], { id, region }: Pick<Account, 'id' | 'region'>): string {
  const name = parts.filter(Boolean).join('-').toLowerCase()
  const rest = `-${id}-${region}${WITHOUT_NAMESPACE.includes(region) ? '' : '-an'}`
  if (name.length + rest.length <= 63) return name + rest
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, 54 - rest.length)}-${hash}${rest}`
}
