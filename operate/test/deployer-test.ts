// What deployer.yaml allows whom: deployer-snapshot.txt has a line for each right, and what each parameter changes. That a deploy
// needs no more is seen in operate/test/emulator.
import test from 'tape'
import { matchesSnapshot } from '../../test/support/snapshot.ts'
import { boundaryLines, stackOfDeployer } from '../lib/explain.ts'
import { deployerWith, Outputs, Parameters, type Statement, statementsOf } from './support/deployer.ts'

/** Everything that the resources of deployer.yaml say: a line for each right, and one for each other property. */
function linesOf(parameters?: Record<string, string>): string[] {
  const condition = ({ Condition }: Statement) => (Condition ? ` if ${JSON.stringify(Condition)}` : '')
  return Object.entries(deployerWith(parameters)).flatMap(([name, { Properties, ...resource }]) => {
    const { PolicyDocument, AssumeRolePolicyDocument, ...properties } = Properties
    const rights = PolicyDocument?.Statement.flatMap(({ Effect, Action, Resource, ...more }: Statement) =>
      [Action].flat().flatMap((action) => {
        return [Resource].flat().map((arn) => `${name}: ${Effect} ${action} on ${arn}${condition(more as Statement)}`)
      }),
    )
    const trusted = AssumeRolePolicyDocument?.Statement.map(({ Effect, Action, Principal, ...more }: any) => {
      return `${name}: ${Effect} ${JSON.stringify(Principal)} to ${Action}${condition(more)}`
    })
    const others = Object.entries({ ...resource, ...properties }).map(
      ([key, value]) => `${name}: ${key} ${JSON.stringify(value)}`,
    )
    return [...others, ...(trusted ?? []), ...(rights ?? [])]
  })
}

const DIFFERENT = {
  GitHubRepository: 'ada@1/signup@2',
  GitHubProvider: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
  Person: 'arn:aws:iam::123456789012:user/ada',
  ProductionDomain: 'signup.math.ai',
  StagingDomain: 'staging.math.ai',
}

test('deployer.yaml allows what deployer-snapshot.txt has, and each parameter changes its own lines', async (t) => {
  const lines = linesOf()
  const given = Object.entries<any>(Parameters).map(([name, { Description: _, ...parameter }]) => {
    return `Parameter ${name}: ${JSON.stringify(parameter)}`
  })
  const text = [...given, `Outputs: ${JSON.stringify(Outputs)}`, ...lines]
  const differences = Object.entries(DIFFERENT).flatMap(([name, value]) => {
    const changed = linesOf({ [name]: value })
    const gone = lines.filter((line) => !changed.includes(line)).map((line) => `- ${line}`)
    const added = changed.filter((line) => !lines.includes(line)).map((line) => `+ ${line}`)
    return ['', `With ${name}=${value}`, ...gone, ...added]
  })
  matchesSnapshot(t, new URL('deployer-snapshot.txt', import.meta.url), `${[...text, ...differences].join('\n')}\n`)
  const renamed = lines.map((line) => line.replace(/Mathai(?!Users)/g, 'School').replaceAll('mathai', 'school'))
  t.deepEqual(linesOf({ App: 'school', Stack: 'School' }), renamed, 'another name changes nothing else')
})

test('the role cannot change its own rights, and the code knows the names of deployer.yaml', async (t) => {
  const { Role, Policy, Boundary } = deployerWith()
  const [own] = statementsOf('Policy').filter(({ Effect, Action }) => `${Effect} ${Action}` === 'Deny iam:*')
  const names = [Policy.Properties.ManagedPolicyName, Boundary.Properties.ManagedPolicyName]
  const arns = [...names.map((name) => `policy/${name}`), `role/${Role.Properties.RoleName}`]
  t.deepEqual(
    own?.Resource,
    arns.map((arn) => `arn:aws:iam::*:${arn}`),
  )
  t.equal(stackOfDeployer(`arn:aws:sts::123456789012:assumed-role/${Role.Properties.RoleName}/session`), 'Mathai')
  t.ok(boundaryLines('Mathai').endsWith(` ${Boundary.Properties.ManagedPolicyName}`))
})

test('the policy has at most the 6,144 characters of a managed policy, with the longest names and two domains', async (t) => {
  const domain = 'signup.api.example.org'
  const names = { App: 'a'.repeat(20), Stack: 'A'.repeat(20), ProductionDomain: domain, StagingDomain: domain }
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statementsOf('Policy', names) })
  t.ok(text.length <= 6144, `${text.length} characters`)
})
