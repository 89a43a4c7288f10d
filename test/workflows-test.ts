// What GitHub does with this repository: who triggers what, with which rights, and what runs.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'tape'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const names = globSync('.github/workflows/*', { cwd: ROOT })
const texts = names.map(read)
const workflows: Record<string, any> = Object.fromEntries(
  names.map((name) => [name.split('/').at(-1), parse(read(name))]),
)
const { 'deploy.yml': deploy, 'test.yml': tests, 'weekly.yml': weekly } = workflows
const jobs = Object.values(workflows).flatMap((workflow) => Object.values<any>(workflow.jobs))
const steps = jobs.flatMap((job) => job.steps)
const runsOf = (job: any) => job.steps.flatMap(({ run }: any) => run ?? [])
const stepsThatUse = (action: string) => steps.filter(({ uses = '' }) => uses.startsWith(`${action}@`))

/** The value of `github.event_name == 'release' && 'production' || 'staging'` for an event. */
function stageFor(event: string, expression: string): string | undefined {
  const [, expected, yes, no] =
    /^\$\{\{ github\.event_name == '(\w+)' && '(\w+)' \|\| '(\w+)' \}\}$/.exec(expression) ?? []
  return event === expected ? yes : no
}

test('a push to main deploys staging, a published release production, and a pre-release nothing', async (t) => {
  t.deepEqual(deploy.on, { push: { branches: ['main'] }, release: { types: ['released'] } })
  const { environment, steps } = deploy.jobs.deploy
  const { STAGE } = steps.at(-1).env
  for (const expression of [environment, STAGE]) {
    t.deepEqual(
      ['push', 'release'].map((event) => stageFor(event, expression)),
      ['staging', 'production'],
    )
  }
  t.equal(steps.at(-1).run, 'npm run deploy "$STAGE"')
})

test('a deploy needs the tests of the same commit, and is never cancelled', async (t) => {
  t.equal(deploy.jobs.deploy.needs, 'test')
  t.deepEqual(runsOf(deploy.jobs.test), ['npm cit'])
  t.deepEqual(deploy.concurrency, { group: 'deploy-${{ github.event_name }}', 'cancel-in-progress': false })
  t.deepEqual(Object.keys(deploy.jobs), ['test', 'deploy'])
})

test("only the deploy may ask for AWS's token and has an environment; all else may read the code", async (t) => {
  for (const [name, { permissions }] of Object.entries(workflows)) {
    t.deepEqual(permissions, name === 'deploy.yml' ? {} : { contents: 'read' }, name)
  }
  t.deepEqual(deploy.jobs.test.permissions, { contents: 'read' })
  t.deepEqual(deploy.jobs.deploy.permissions, { contents: 'read', 'id-token': 'write' })
  const others = jobs.filter((job) => job !== deploy.jobs.deploy)
  t.deepEqual(
    others.filter(({ permissions, environment }) => environment || permissions?.['id-token']),
    [],
  )
  for (const job of [tests, weekly].flatMap((workflow) => Object.values<any>(workflow.jobs))) t.notOk(job.permissions)
})

test('without AWS_DEPLOY_ROLE, as in a fork, nothing is deployed, and that is said', async (t) => {
  const { steps } = deploy.jobs.deploy
  const conditions = steps.map((step: any) => [step.if, /deploy "|credentials@/.test(step.run ?? step.uses)])
  t.deepEqual(conditions.slice(3), [
    ['${{ !vars.AWS_DEPLOY_ROLE }}', false],
    ['${{ vars.AWS_DEPLOY_ROLE }}', true],
    ['${{ vars.AWS_DEPLOY_ROLE }}', true],
  ])
  t.match(steps[3].run, /Nothing is deployed/)
  const [login] = stepsThatUse('aws-actions/configure-aws-credentials')
  t.equal(login.with['role-to-assume'], '${{ vars.AWS_DEPLOY_ROLE }}', 'no key is stored')
  t.notOk(/secrets\./.test(texts.join()))
})

test('no script of a package runs beside the token, and no text of GitHub becomes a command', async (t) => {
  t.ok(runsOf(deploy.jobs.deploy).includes('npm ci --ignore-scripts'))
  for (const { run = '' } of steps) t.notOk(run.includes('${{'), run)
  t.deepEqual([...texts.join().matchAll(/pull_request_target|workflow_run|issue_comment/g)], [])
})

test('each action is pinned by its commit, keeps no token, and gets no cache where something is deployed', async (t) => {
  const uses = texts.flatMap((text) => text.match(/uses: .*/g) ?? [])
  t.ok(uses.length >= 9)
  for (const use of uses) t.match(use, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  t.equal(new Set(uses).size, 3, 'one version of each')
  for (const step of stepsThatUse('actions/checkout')) t.deepEqual(step.with, { 'persist-credentials': false })
  for (const job of Object.values<any>(deploy.jobs)) {
    const node = job.steps.find(({ uses = '' }) => uses.startsWith('actions/setup-node@'))
    t.deepEqual(node.with, { 'node-version': 24, 'package-manager-cache': false })
  }
})

test('no job and no step has a condition, a container or a token that is not named above', async (t) => {
  const keysOf = (all: object[]) => [...new Set(all.flatMap((one) => Object.keys(one)))].sort()
  t.deepEqual(keysOf(Object.values(deploy.jobs)), [
    'environment',
    'needs',
    'permissions',
    'runs-on',
    'steps',
    'timeout-minutes',
  ])
  t.deepEqual(keysOf(Object.values(tests.jobs)), ['runs-on', 'steps', 'strategy', 'timeout-minutes'])
  t.deepEqual(keysOf(Object.values(weekly.jobs)), ['container', 'runs-on', 'steps', 'timeout-minutes'])
  t.deepEqual(keysOf(Object.values(workflows)), ['concurrency', 'jobs', 'name', 'on', 'permissions'])
  t.deepEqual(keysOf(steps), ['env', 'if', 'run', 'uses', 'with'])
  t.deepEqual(steps.filter((step) => step.if).length, deploy.jobs.deploy.steps.filter((step: any) => step.if).length)
  t.deepEqual(keysOf(steps.map(({ env = {} }) => env)), ['NO_SKIPS', 'STAGE'])
})

test('every push is tested on each system and the oldest Node, and once a week with all tools', async (t) => {
  t.deepEqual(Object.keys(tests.on), ['push', 'pull_request'])
  const { matrix } = tests.jobs.test.strategy
  const systems = matrix.include.map(({ os, node }: any) => `${os} ${node}`)
  const { engines } = JSON.parse(read('package.json'))
  const oldest = /\d+/.exec(engines.node)?.[0]
  const [, lambda] = /nodejs(\d+)\.x/.exec(read('app.arc')) ?? []
  t.deepEqual(systems, [
    `ubuntu-latest ${oldest}`,
    ...['ubuntu', 'macos', 'windows'].map((system) => `${system}-latest ${lambda}`),
  ])
  t.deepEqual(runsOf(tests.jobs.test), ['npm cit', 'npm run test:browser'])
  t.deepEqual(weekly.on, { schedule: [{ cron: '17 4 * * 1' }], workflow_dispatch: null })
  const checks = weekly.jobs.checks.steps.filter(({ run = '' }) => /^(\.ci|npm)/.test(run))
  t.deepEqual(checks, [{ run: '.ci/run weekly', env: { NO_SKIPS: 1 } }])
  for (const job of jobs) t.ok(job['timeout-minutes'] <= 180, 'it ends')
})

test('Dependabot proposes updates of everything that is pinned, a week after their release', async (t) => {
  const { updates } = parse(read('.github/dependabot.yml'))
  const places = updates.map(
    (update: any) => `${update['package-ecosystem']} ${update.directories ?? update.directory}`,
  )
  t.deepEqual(places, ['npm /,/front-end/test/apps', 'github-actions /', 'pip /.ci', 'gomod /.ci'])
  for (const { schedule, cooldown, ignore = [] } of updates) {
    t.deepEqual([schedule, cooldown], [{ interval: 'monthly' }, { 'default-days': 7 }])
    const ignored = ignore.map((entry: any) => entry['dependency-name'])
    if (ignored.length) t.deepEqual(ignored.slice(0, 3), ['@architect/functions', '@architect/deploy', 'esbuild'])
  }
  for (const file of [
    'package-lock.json',
    'front-end/test/apps/package-lock.json',
    '.ci/requirements.txt',
    '.ci/go.mod',
  ]) {
    t.ok(existsSync(join(ROOT, file)), file)
  }
})
