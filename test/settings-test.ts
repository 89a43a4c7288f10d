import test from 'tape'
import { readSettings } from '../src/plugins/settings.ts'

test('without settings the defaults count', async (t) => {
  t.deepEqual(readSettings({}), {
    cors: { testing: ['*'], staging: ['*'], production: ['*'] },
    limits: {
      'requests-per-second': 50,
      'request-burst': 100,
      'table-writes-per-second': 100,
      'table-reads-per-second': 100,
      'log-retention-days': 30,
      'attempts-per-source': 100,
      'attempts-window-minutes': 15,
    },
    passwords: { 'breach-check': false },
  })
})

test('a setting replaces its default', async (t) => {
  const { cors, limits, passwords } = readSettings({
    cors: [['production', 'https://math.ai', 'https://www.math.ai']],
    limits: [['log-retention-days', 90]],
    passwords: [['breach-check', true]],
  })
  t.deepEqual(cors, {
    testing: ['*'],
    staging: ['*'],
    production: ['https://math.ai', 'https://www.math.ai'],
  })
  t.equal(limits['log-retention-days'], 90)
  t.equal(limits['request-burst'], 100)
  t.equal(passwords['breach-check'], true)
})

test('all unknown and malformed settings are named at once', async (t) => {
  const wrong = {
    cors: [
      ['production', 'math.ai'],
      ['preview', '*'],
      ['staging', 'https://math.ai/'],
      ['testing', '*', 'https://a.example'],
    ],
    limits: [
      ['requests', 5],
      ['request-burst', 0],
      ['requests-per-second', 1.5],
      ['log-retention-days', 31],
      'table-writes-per-second',
    ],
    passwords: [['breach-check', 'yes']],
  }
  const named = [
    '@cors production math.ai: give * or origins',
    '@cors preview *: is not a setting; there are testing, staging, production',
    '@cors staging https://math.ai/: give * or origins',
    '@cors testing * https://a.example: give * or origins',
    '@limits requests 5: is not a setting; there are requests-per-second',
    '@limits request-burst 0: give one whole number above 0',
    '@limits requests-per-second 1.5: give one whole number above 0',
    '@limits log-retention-days 31: CloudWatch keeps logs for one of 1, 3, 5',
    '@limits table-writes-per-second: give one whole number above 0',
    '@passwords breach-check yes: give true or false',
  ]
  try {
    readSettings(wrong)
    t.fail('it was accepted')
  } catch (error) {
    for (const sentence of named) t.ok(String(error).includes(sentence), sentence)
  }
})
