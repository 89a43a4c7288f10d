// The arguments of the commands, and how their messages are printed.
import test from 'tape'
import { parseCommandLine, wrap } from '../lib/command.ts'

for (const [args, expected] of [
  ['staging', { stage: 'staging', name: '', flags: [] }],
  ['production', { stage: 'production', name: '', flags: [] }],
  ['--production', { stage: 'production', name: '', flags: [] }],
  ['--staging --name alice', { stage: 'staging', name: 'alice', flags: [] }],
  ['staging --name=alice --no-smoke', { stage: 'staging', name: 'alice', flags: ['no-smoke'] }],
] as const) {
  test(`npm run deploy ${args}`, async (t) => {
    t.deepEqual(parseCommandLine('deploy', args.split(' '), ['no-smoke']), expected)
  })
}

for (const [args, reason] of [
  ['', 'Name one stage.'],
  ['staging production', 'Name one stage, not 2: staging production.'],
  ['--staging --production', 'Name one stage, not 2: staging production.'],
  ['--prod', "Unknown option '--prod'."],
  ['prod', 'Name one stage.'],
  ['production now', 'Name one stage, not 2: production now.'],
  ['staging --name --no-smoke', "Option '--name' argument is ambiguous."],
] as const) {
  test(`npm run deploy ${args} is refused, and names the commands to choose from`, async (t) => {
    const choice = 'Choose one of:\n  npm run deploy staging\n  npm run deploy production'
    try {
      parseCommandLine('deploy', args.split(' ').filter(Boolean), ['no-smoke'])
      t.fail('it was accepted')
    } catch (error) {
      t.equal((error as Error).message, `${reason} ${choice}`)
    }
  })
}

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
