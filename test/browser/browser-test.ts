// A real Chromium: another origin's page calls the API, and the try-it page is used by keyboard alone.

import { readFile } from 'node:fs/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import test from 'tape'
import { ada } from '../_client.ts'
import { startDynamoDB } from '../_dynamodb.ts'
import { refusal, startFaultProxy } from '../_fault-proxy.ts'
import { startServer } from '../_ports.ts'
import { type Sandbox, startSandbox } from '../_sandbox.ts'
import { chromiumPath } from './_chromium.ts'

const skip = !chromiumPath
if (skip) console.log('skipped: the browser tests need a Chromium. Install one, or set CHROME_PATH.')

let browser: Browser
let sandbox: Sandbox
let proxy: Awaited<ReturnType<typeof startFaultProxy>>
let dynamodb: Awaited<ReturnType<typeof startDynamoDB>>
const pages: { url: string; stop(): Promise<unknown> }[] = []

test('Chromium, Sandbox and two pages of other origins start', { skip }, async (t) => {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking']
  browser = await chromium.launch({ executablePath: String(chromiumPath), args })
  pages.push(await startPage(), await startPage())
  dynamodb = await startDynamoDB()
  proxy = await startFaultProxy(dynamodb.port)
  sandbox = await startSandbox({
    tablesPort: proxy.port,
    editManifest: (manifest) =>
      manifest
        .replace('@cors', `@cors\ntesting ${pages[0]?.url} https://math.ai`)
        .replace('@limits', '@limits\nattempts-per-source 14'),
  })
  t.ok(browser.isConnected())
})

/** Signs up from a page by fetch, as a front end does, and gives what the page can read. */
async function signUpFrom(page: Page, data: object, type = 'application/json') {
  return page.evaluate(
    async ([url, body, type]) => {
      const headers = { 'content-type': String(type), 'idempotency-key': String(Math.random()) }
      const response = await fetch(`${url}/signup`, { method: 'POST', headers, body: String(body) })
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body: await response.json(),
      }
    },
    [sandbox.url, JSON.stringify(data), type] as const,
  )
}

test('a page of an allowed origin signs up and reads every answer', { skip }, async (t) => {
  const page = await browser.newPage()
  await page.goto(String(pages[0]?.url))
  const created = await signUpFrom(page, ada)
  t.equal(created.status, 201)
  t.equal(created.body.uid, (await sandbox.user(ada.user_email))?.uid)
  const wrong = await signUpFrom(page, { user_email: 'a@b' })
  t.equal(wrong.status, 400)
  t.equal(wrong.body.errors.length, 3)
  t.equal((await signUpFrom(page, ada)).status, 409)
  t.equal((await signUpFrom(page, ada, 'text/plain')).status, 415)
  proxy.inject({ PutItem: refusal('ThrottlingException') })
  const down = await signUpFrom(page, { ...ada, user_email: 'down@example.com' })
  proxy.inject({})
  t.deepEqual([down.status, down.retryAfter], [503, '2'])
  await page.close()
})

test('a page of another origin is refused by the browser', { skip }, async (t) => {
  const page = await browser.newPage()
  await page.goto(String(pages[1]?.url))
  await signUpFrom(page, { ...ada, user_email: 'other@example.com' }).then(
    () => t.fail('it could read the answer'),
    (error) => t.match(error.message, /Failed to fetch/),
  )
  t.notOk(await sandbox.user('other@example.com'), 'the preflight stopped it before it was sent')
  await page.close()
})

test('the try-it page is used by keyboard alone, and says what is wrong and what went well', {
  skip,
}, async (t) => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } })
  await page.goto(sandbox.url)
  await checkPage(t, page, 'empty')

  for (const text of ['a@b', 'short', '', '200', '']) {
    await page.keyboard.press('Tab')
    await page.keyboard.type(text)
  }
  await page.keyboard.press('Enter')
  await page.getByText('Please correct 4 fields.').waitFor()
  t.equal(await page.locator('#user_email').getAttribute('aria-invalid'), 'true')
  t.equal(
    await page.locator('#user_email_error').textContent(),
    'This is not a complete e-mail address. It should look like name@example.com.',
  )
  t.equal(
    await page.evaluate(() => document.activeElement?.id),
    'user_email',
    'the first wrong field has the focus',
  )
  t.equal(await page.locator('#outcome').getAttribute('role'), 'status', 'the outcome is announced')
  await checkPage(t, page, 'errors')

  for (const text of ['kim@example.com', 'three words here', 'Kim', '17', 'Lycée']) {
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(text)
    await page.keyboard.press('Tab')
  }
  t.equal(await page.evaluate(() => document.activeElement?.tagName), 'BUTTON')
  await page.keyboard.press('Enter')
  await page.getByText('Welcome, Kim! Your account is ready.').waitFor()
  t.equal(await page.locator('[aria-invalid=true]').count(), 0)
  t.match(String(await page.locator('#answer').textContent()), /^201\n\{\n {2}"uid"/)
  t.notOk(
    (await page.locator('#request').textContent())?.includes('three words here'),
    'the password is not shown',
  )
  await checkPage(t, page, 'success')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('button')?.ariaDisabled === 'false')
  t.match(String(await page.locator('#answer').textContent()), /^201/, 'the same form sent again is a retry')
  t.equal((await sandbox.user('kim@example.com'))?.user_age, 17)
  await page.close()
})

/** Accessible in light and dark, and nothing wider than the screen. SCREENSHOTS names a folder to keep pictures in. */
async function checkPage(t: test.Test, page: Page, state: string): Promise<void> {
  const axe = await readFile(new URL(import.meta.resolve('axe-core')), 'utf8')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.evaluate(axe)
    const violations = await page.evaluate(async () => (await (globalThis as any).axe.run()).violations)
    t.deepEqual(
      violations.map(({ id, nodes }: any) => [id, nodes[0].html]),
      [],
      `axe-core: ${state}, ${colorScheme}`,
    )
    if (process.env.SCREENSHOTS)
      await page.screenshot({
        path: `${process.env.SCREENSHOTS}/${state}-${colorScheme}.png`,
        fullPage: true,
      })
  }
  t.ok(
    await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
    `${state}: no scrolling sideways`,
  )
}

test('all that was started stops', { skip }, async (t) => {
  await browser.close()
  await sandbox.stop()
  await proxy.stop()
  await dynamodb.stop()
  await Promise.all(pages.map((page) => page.stop()))
  t.notOk(browser.isConnected())
})

function startPage() {
  return startServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Front end</title>')
  })
}
