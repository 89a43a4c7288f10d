// Checks an API from outside with one sign-up: `npm run smoke https://….amazonaws.com/signup staging`.
import type { Stage } from '../src/plugins/architect.ts'
import { readSettings } from '../src/plugins/settings.ts'
import { CommandError, isStage, runCommand } from './lib/command.ts'
import { readProject } from './lib/project.ts'
import { smokeTest } from './lib/smoke.ts'

await runCommand(async () => {
  const [url = '', stage, ...more] = process.argv.slice(2)
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url) || (stage && !isStage(stage)) || more.length) {
    throw new CommandError(
      'Give the URL that the deploy has printed, and its stage:\n  npm run smoke https://…/signup staging',
    )
  }
  const project = stage && (await readProject(stage as Stage))
  const origins = project ? readSettings(project.inv._project.arc).cors[stage as Stage] : []
  if (!(await smokeTest(url, { origins }))) process.exitCode = 1
})
