import type { Template } from '../architect.ts'
import { FUNCTION } from '../this-app.ts'
import { API, logsId } from './template.ts'

export const TOPIC = 'AlarmTopic'
const FILTER = 'SkippedChecksFilter'
const METRIC = { Namespace: { Ref: 'AWS::StackName' }, MetricName: 'SkippedChecks' }

/** Adds the alarms, which send an e-mail to this address. Without an address the template stays as it is. */
export function addAlarms({ Resources }: Template, address: string | null): void {
  if (address === null) return
  Resources[TOPIC] = {
    Type: 'AWS::SNS::Topic',
    Properties: { Subscription: [{ Protocol: 'email', Endpoint: address }] },
  }
  Resources.AlarmTopicPolicy = {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [{ Ref: TOPIC }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: { Ref: TOPIC },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    },
  }
  // Covers the 500 and 503 of the handler, crashes, time-outs, and what Lambda throttles.
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
  Resources.ServerErrorsAlarm = alarm('operate/README.md, "The API answers 5xx"', 2, {
    Namespace: 'AWS/ApiGateway',
    MetricName: '5xx',
    Dimensions: [{ Name: 'ApiId', Value: { Ref: API } }],
  })
  // Sign-ups go on if a check fails, so no metric of AWS shows it.
  Resources[FILTER] = {
    Type: 'AWS::Logs::MetricFilter',
    Properties: {
      LogGroupName: { Ref: logsId(FUNCTION) },
      // Lambda's JSON logging puts our record into `message`.
      FilterPattern: '{ $.message.skipped[0] = "*" }',
      MetricTransformations: [{ MetricNamespace: METRIC.Namespace, MetricName: METRIC.MetricName, MetricValue: '1' }],
    },
  }
  Resources.SkippedChecksAlarm = alarm('operate/README.md, "Checks are skipped"', 1, METRIC)
}

/** Fires when the sum of a metric reaches the threshold within an hour: an app with few users has few errors. */
function alarm(AlarmDescription: string, Threshold: number, metric: object) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription,
      ...metric,
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 1,
      Threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: TOPIC }],
      OKActions: [{ Ref: TOPIC }],
    },
  }
}
