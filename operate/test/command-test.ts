// The arguments of the commands, and how their messages are printed.
import test from 'tape'
import { parseCommandLine, wrap } from '../lib/command.ts'

const GRAMMAR = { options: ['name'], flags: ['no-smoke', 'allow-data-loss', 'diff', 'yes'] }
const parse = (args: string, env: NodeJS.ProcessEnv = {}, grammar = {}) =>
  parseCommandLine('deploy', args.split(' ').filter(Boolean), { ...GRAMMAR, ...grammar }, env)
const errorOf = (...args: Parameters<typeof parse>): string => {
  try {
    return `accepted: ${JSON.stringify(parse(...args))}`
  } catch (error) {
    return (error as Error).message
  }
}

const NOTHING = { name: '', flags: [], options: {}, words: [] }
const alice = { name: 'alice', options: { name: 'alice' } }
for (const [args, expected] of [
  ['staging', { ...NOTHING, stage: 'staging' }],
  ['name=alice production', { ...NOTHING, ...alice, stage: 'production' }],
  ['staging name=alice no-smoke', { ...NOTHING, ...alice, stage: 'staging', flags: ['no-smoke'] }],
] as const) {
  test(`npm run deploy ${args}`, async (t) => t.deepEqual(parse(args), expected))
}

test('words are passed on if the command has any', async (t) => {
  const { words, stage } = parse('production restore 2026-11-25T12:00:00Z yes', {}, { usage: 'find | restore TIME' })
  t.deepEqual([stage, words], ['production', ['restore', '2026-11-25T12:00:00Z']])
})

const LINES = ['staging', 'production'].map(
  (stage) => `  npm run deploy ${stage} [name=NAME] [no-smoke] [allow-data-loss] [diff] [yes]`,
)
for (const [args, reason] of [
  ['', 'Name one stage'],
  ['staging production', 'Name one stage, not 2: staging production'],
  ['--staging --production', 'Name one stage, not 2: staging production'],
  ['--prod', '"prod" is not a stage'],
  ['prod', '"prod" is not a stage'],
  ['production now', '"now" is not an option'],
  ['production nosmoke', '"nosmoke" is not an option'],
  ['production nmae=alice', '"nmae=alice" is not an option'],
  ['staging name=a.b', '"name=a.b" may have letters, digits and hyphens only'],
  ['staging name=al_ice', '"name=al_ice" may have letters, digits and hyphens only'],
  ['production name=', '"name=" has no value'],
  ['production name=a name=b', 'An option is there twice'],
  ['production --name', '"name" is not an option'],
] as const) {
  test(`npm run deploy ${args} is refused, and names the lines to choose from`, async (t) => {
    t.equal(errorOf(args), [`${reason}. Type one of:`, ...LINES].join('\n'))
  })
}

/** What arrives, as npm 10, 11 and 12 and PowerShell leave it, and the line to type instead. */
const meant: [string, string, NodeJS.ProcessEnv, string][] = [
  ['dashes after --', 'production --name alice --no-smoke', {}, 'production name=alice no-smoke'],
  ['dashes and =', '--production --name=alice', {}, 'production name=alice'],
  ['npm 10', 'production alice', { npm_config_name: 'true', npm_config_smoke: '' }, 'production name=alice no-smoke'],
  ['npm 10, the name first', 'alice staging', { npm_config_name: 'true' }, 'name=alice staging'],
  ['npm 11', 'production', { npm_config_name: 'alice', npm_config_smoke: '' }, 'production name=alice no-smoke'],
  ['npm 12', 'production', { npm_config_name: 'alice' }, 'production name=alice'],
  ['an option of npm', 'production', { npm_config_diff: 'true' }, 'production diff'],
  ['npm takes the stage for a value', '', { npm_config_diff: 'production' }, 'diff production'],
  ['a stage', '', { npm_config_staging: 'true' }, 'staging'],
  ['a long flag', 'production', { npm_config_allow_data_loss: 'true' }, 'production allow-data-loss'],
]
for (const [what, args, env, line] of meant) {
  test(`${what}: the line to type is npm run deploy ${line}`, async (t) => {
    const sentence = 'Options are plain words: npm takes away what has dashes. Type this:'
    t.equal(errorOf(args, env), `${sentence}\n  npm run deploy ${line}`)
  })
}

test('an option that npm has kept and that this command does not have is refused', async (t) => {
  const grammar = { options: ['name'], flags: ['no-smoke'] }
  for (const [name, option] of [
    ['npm_config_diff', 'diff'],
    ['npm_config_dry_run', 'dry-run'],
  ] as const) {
    t.match(errorOf('production', { [name]: 'true' }, grammar), RegExp(`^"${option}" is not an option\\. Type one of:`))
  }
})

test('what npm sets for itself is no option of ours', async (t) => {
  const env = { npm_config_yes: 'true', npm_config_diff: '', npm_config_smoke: 'true', npm_config_user_agent: 'npm/11' }
  t.equal(parse('production', env).stage, 'production')
})

test('messages are wrapped at 80 columns, and commands stay whole to be copied', async (t) => {
  const words = 'word '.repeat(40).trim()
  const command = `  ${'x '.repeat(60).trim()}`
  const wrapped = wrap(`${words}\n${command}\nshort`).split('\n')
  t.equal(wrapped.length, 5, 'as few lines as possible')
  t.deepEqual(wrapped.slice(-2), [command, 'short'])
  t.ok(wrapped.slice(0, -2).every((line) => line.length <= 80))
  t.equal(wrapped.slice(0, -2).join(' '), words)
  t.equal(wrap('x'.repeat(90)), 'x'.repeat(90), 'a word without blanks stays whole')
})
