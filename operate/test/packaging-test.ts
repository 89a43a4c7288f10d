// What a deploy uploads, and into which bucket.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import test from 'tape'
import { packageCopy } from '../../test/support/package-copy.ts'
import { bucketName } from '../lib/aws.ts'
import { zipFunctions } from '../lib/packaging.ts'

/** Zips a function with these files. Returns its ZIP, and what the template says of it. */
function zip(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'mathai-zip-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const signup = { Type: 'AWS::Serverless::Function', Properties: { CodeUri: folder } }
  const { template, zips } = zipFunctions({ Resources: { Signup: signup }, Outputs: {} }, 'bucket')
  rmSync(folder, { recursive: true })
  const [[key, bytes] = ['', new Uint8Array()]] = zips
  return { uri: template.Resources.Signup?.Properties.CodeUri, key, bytes, files: Object.keys(unzipSync(bytes)) }
}

test('the same code has the same ZIP, wherever and whenever it is made; other code or another name has not', async (t) => {
  const first = zip({ 'index.js': '1' })
  t.match(first.key, /^[0-9a-f]{64}\.zip$/)
  t.equal(first.uri, `s3://bucket/${first.key}`)
  t.equal(zip({ 'index.js': '1' }).key, first.key)
  t.equal(Buffer.from(first.bytes).readUInt32LE(10), 0x00210000, 'the time of an entry is the first that ZIP knows')
  t.notEqual(zip({ 'index.js': '2' }).key, first.key)
  t.notEqual(zip({ 'main.js': '1' }).key, first.key)
  t.deepEqual(zip({ 'lib/b.js': '2', 'a.js': '1' }).files, ['a.js', 'lib/b.js'])
})

test('two packagings of the same code give the same template and ZIP, and nothing but the bundle is uploaded', async (t) => {
  const files = { '.env': 'SECRET=do-not-upload\n', 'src/http/post-signup/notes.txt': 'do-not-upload' }
  const one = await packageCopy('production', { files })
  const two = await packageCopy('production')
  t.deepEqual(one.zips, two.zips)
  const uploaded = one.zips.map((bytes) => Object.keys(unzipSync(bytes)))
  t.deepEqual(uploaded, [['index.js']])
  t.deepEqual(one.template, two.template)
  t.equal(one.bundle, two.bundle)
  t.notOk('Description' in one.template, 'Architect puts the time of day there')
})

test('the stage and the variables of `arc env` reach the function', async (t) => {
  const { template } = await packageCopy('staging', { variables: { GREETING: 'hello' } })
  const variables = template.Resources.PostSignupHTTPLambda?.Properties.Environment.Variables
  t.deepEqual([variables.ARC_ENV, variables.GREETING, variables.ATTEMPTS_PER_SOURCE], ['staging', 'hello', '100'])
})

test('a bucket is named after its stack, account and region, with 63 characters at most', async (t) => {
  const account = { id: '123456789012', region: 'ap-southeast-1' }
  t.equal(bucketName(['mathai', 'production', ''], account), 'mathai-production-123456789012-ap-southeast-1-an')
  const names = ['a', 'b'].map((end) => bucketName(['mathai', 'staging', `${'Long'.repeat(20)}${end}`], account))
  for (const name of names) {
    t.equal(name.length, 63)
    t.match(name, /^mathai-staging-[a-z0-9-]+-[0-9a-f]{8}-123456789012-ap-southeast-1-an$/)
  }
  t.notEqual(names[0], names[1])
})
