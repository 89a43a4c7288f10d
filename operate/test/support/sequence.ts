import type { StackEvent } from '@aws-sdk/client-cloudformation'

/** What a sequence of events keeps: nothing that says whose account it was. `token` numbers the tokens of the operations. */
export type Step = { second: number; type: string; name: string; status: string; reason?: string; token?: number }

/** The events of a stack, oldest first, without ARNs, accounts, e-mail addresses, IDs and names. */
export function describeSequence(events: StackEvent[]): Step[] {
  const start = Number(events[0]?.Timestamp)
  const stackName = String(events[0]?.StackName)
  const tokens = [...new Set(events.flatMap(({ ClientRequestToken }) => ClientRequestToken ?? []))]
  return events.map((event) => {
    const { LogicalResourceId = '', ResourceType = '', ResourceStatus = '', Timestamp, ClientRequestToken } = event
    const reason = withoutNames(event.HookStatusReason ?? event.ResourceStatusReason ?? '', stackName)
    return {
      second: Math.round((Number(Timestamp) - start) / 1000),
      type: ResourceType,
      name: LogicalResourceId === stackName ? 'STACK' : LogicalResourceId,
      status: ResourceStatus,
      ...(reason && { reason }),
      ...(ClientRequestToken && { token: tokens.indexOf(ClientRequestToken) }),
    }
  })
}

function withoutNames(reason: string, stackName: string): string {
  return reason
    .replace(/arn:[^\s,;)"'\]]+/g, 'ARN')
    .replaceAll(RegExp(`${stackName}[\\w-]*`, 'gi'), 'NAME')
    .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, 'EMAIL')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, 'ID')
    .replace(/\b(?=\w*\d)[A-Za-z0-9]{10,}\b/g, 'ID')
}
