// The arguments of the commands, and how their messages are printed.
import test from 'tape'
import { matchesSnapshot } from '../../test/support/snapshot.ts'
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

/** What arrives, as it is typed or as npm 10, 11, 12 and PowerShell leave it. */
const ARRIVED: [what: string, args: string, env?: NodeJS.ProcessEnv, grammar?: Parameters<typeof parse>[2]][] = [
  ['a stage', 'staging'],
  ['a name first', 'name=alice production'],
  ['a flag', 'staging name=alice no-smoke'],
  ['words', 'production restore 2026-11-25T12:00:00Z yes', {}, { usage: 'find | restore TIME' }],
  ['a word of a command that has none', 'production restore'],
  ['nothing', ''],
  ['two stages', 'staging production'],
  ['two stages with dashes', '--staging --production'],
  ...['--prod', 'prod', 'production now', 'production nosmoke', 'production nmae=alice'].map(
    (args): [string, string] => ['a slip', args],
  ),
  ...['staging name=a.b', 'staging name=al_ice', 'production name=', 'production --name'].map(
    (args): [string, string] => ['a wrong name', args],
  ),
  ['two names', 'production name=a name=b'],
  ['dashes after --', 'production --name alice --no-smoke'],
  ['dashes and =', '--production --name=alice'],
  ['npm 10', 'production alice', { npm_config_name: 'true', npm_config_smoke: '' }],
  ['npm 10, the name first', 'alice staging', { npm_config_name: 'true' }],
  ['npm 11', 'production', { npm_config_name: 'alice', npm_config_smoke: '' }],
  ['npm 12', 'production', { npm_config_name: 'alice' }],
  ['an option of npm', 'production', { npm_config_diff: 'true' }],
  ['npm takes the stage for a value', '', { npm_config_diff: 'production' }],
  ['a stage that npm takes', '', { npm_config_staging: 'true' }],
  ['a long flag', 'production', { npm_config_allow_data_loss: 'true' }],
  ...['diff', 'dry_run', 'erased', 'hashes', 'table', 'new_table'].map((name): (typeof ARRIVED)[number] => {
    return [
      `--${name} of another command`,
      'production',
      { [`npm_config_${name}`]: 'true' },
      { options: ['name'], flags: [] },
    ]
  }),
  [
    'what npm sets for itself',
    'production',
    { npm_config_yes: 'true', npm_config_diff: '', npm_config_smoke: 'true', npm_config_user_agent: 'npm/11' },
  ],
]
test('what a command makes of its arguments, or says of them, is in command-snapshot.txt', async (t) => {
  const texts = ARRIVED.map(([what, args, env = {}, grammar]) => {
    return `# ${what}\n$ deploy ${args} ${JSON.stringify(env)}\n${errorOf(args, env, grammar)}\n`
  })
  matchesSnapshot(t, new URL('command-snapshot.txt', import.meta.url), texts.join('\n'))
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
