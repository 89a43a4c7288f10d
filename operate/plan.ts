// Shows what a deploy would make in AWS, without an account. With `diff` also what it would change in the account.
import { describeLosses, formatChanges } from './lib/changes.ts'
import { CommandError, parseCommandLine, runCommand } from './lib/command.ts'
import { type Deployment, makeChangeSet, prepareDeployment, targetOf } from './lib/deployment.ts'
import { describePlan } from './lib/describe.ts'
import { packageStack } from './lib/packaging.ts'
import { checkTypes, readProject } from './lib/project.ts'

await runCommand(async () => {
  const { stage, name, flags } = parseCommandLine('plan', process.argv.slice(2), { options: ['name'], flags: ['diff'] })
  if (flags.includes('diff')) return showDifference(await prepareDeployment({ stage, name, flags: [] }))
  const project = await readProject(stage)
  checkTypes()
  const { app, aws } = project.inv
  const template = await packageStack(project, stage, name)
  console.log(describePlan({ ...targetOf({ stage, name, flags }, app, aws), app, region: aws.region }, template))
})

/** Makes a change set, shows it and deletes it. */
async function showDifference(deployment: Deployment): Promise<void> {
  const { app, account, target, template, isNew } = deployment
  console.log(describePlan({ ...target, app, region: account.region }, template))
  if (isNew) return console.log(`\n${target.stackName} is not deployed yet: all of it would be new.`)
  const changeSet = await makeChangeSet(deployment)
  if (!changeSet) return console.log(`\nThe next deploy would change nothing in ${target.stackName}.`)
  await account.deleteChangeSet(changeSet.name)
  console.log(`\nThe next deploy would change ${target.stackName}:\n\n${formatChanges(changeSet.changes)}`)
  const losses = describeLosses(changeSet.changes, template)
  if (losses.length) throw new CommandError(`\n${losses.join('\n')}`, 2)
}
