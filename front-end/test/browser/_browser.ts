import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Test } from 'tape'
import { startDynamoDB } from '../../../test/support/dynamodb.ts'
import { type Fault, startProxy } from '../../../test/support/proxy.ts'
import { startSandbox } from '../../../test/support/sandbox.ts'

const PATHS = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
const executablePath = PATHS.find((path) => path && existsSync(path))

/** True if this machine has no Chromium. */
export const skip = !executablePath
if (skip) console.log('skipped: the browser tests need a Chromium. Install one, or set CHROME_PATH.')

/** How long a page may take for anything. Much longer than it needs, for a busy machine. */
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 120_000)

/** A host name that means this machine. Unlike 127.0.0.1 over http, it is no secure context, as in a LAN. */
export const LAN_HOST = 'lan.test'

/** A browser whose pages wait for conditions, as long as it may take. */
export async function launchBrowser(): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    `--host-resolver-rules=MAP ${LAN_HOST} 127.0.0.1`,
  ]
  const browser = await chromium.launch({ executablePath: String(executablePath), args, timeout: PATIENCE_MS })
  const { newContext } = browser
  browser.newContext = async (options) => {
    const context = await newContext.call(browser, options)
    context.setDefaultTimeout(PATIENCE_MS)
    return context
  }
  browser.newPage = async (options) => (await browser.newContext(options)).newPage()
  return browser
}

/** A new page, with the time stopped if `isFrozen`. `stop` closes it, and fails if it reported any other error than these. */
export async function openPage(browser: Browser, url: string, { isFrozen = false } = {}) {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    const isAboutStatus = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isAboutStatus) errors.push(message.text())
  })
  if (isFrozen) await page.clock.install({ time: 0 })
  await page.goto(url)
  await page.locator('button[type=submit]:enabled').waitFor()
  // Until then, time goes on.
  if (isFrozen) await page.clock.pauseAt(3_600_000)
  return {
    page,
    async stop(t: Test, expected: string[] = []): Promise<void> {
      await page.close()
      t.deepEqual(errors, expected, 'the console is clean')
    },
  }
}

/** The API in Sandbox, with a proxy in front of its DynamoDB. */
export async function startApi(manifest?: (manifest: string) => string) {
  const dynamodb = await startDynamoDB()
  const proxy = await startProxy(dynamodb.port)
  const sandbox = await startSandbox({ tablesPort: proxy.port, ...(manifest && { manifest }) })
  return {
    url: sandbox.url,
    user: sandbox.user,
    inject: proxy.inject,
    async stop(): Promise<void> {
      await sandbox.stop()
      await proxy.stop()
      await dynamodb.stop()
    },
  }
}

/** The counter of attempts answers that this source has had more than it may. */
export const tooManyAttempts: Record<string, Fault> = {
  UpdateItem: ({ response }) =>
    void response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end('{"Attributes":{"attempts":{"N":"1000000"}}}'),
}

/** Fills in one field after the other by keyboard. The focus ends on the last of them. */
export async function typeIntoFields(page: Page, fields: Record<string, string>): Promise<void> {
  await page.locator('input').first().focus()
  for (const [name, text] of Object.entries(fields)) {
    while ((await focused(page)) !== name) await page.keyboard.press('Tab')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.press('Delete')
    await page.keyboard.insertText(text)
  }
}

/** Fills in these fields by keyboard, and sends the form. */
export async function send(page: Page, fields: Record<string, string>): Promise<void> {
  await typeIntoFields(page, fields)
  await page.keyboard.press('Enter')
}

/** The name of the field that has the focus, or the text of another element. */
export function focused(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => {
    const element = document.activeElement
    return element instanceof HTMLInputElement ? element.name : element?.textContent
  })
}

/** The Idempotency-Key of each sign-up that the page sends from now on. */
export function recordKeys(page: Page): string[] {
  const keys: string[] = []
  page.on('request', (request) => {
    const key = request.headers()['idempotency-key']
    if (request.method() === 'POST' && key) keys.push(key)
  })
  return keys
}

/** Checks a state with axe, by all of its rules or by these. */
export async function checkState(t: Test, page: Page, state: string, runOnly?: string[]): Promise<void> {
  const axe = await readFile(new URL(import.meta.resolve('axe-core')), 'utf8')
  await page.evaluate(axe)
  const options = runOnly ? { runOnly } : {}
  const violations = await page.evaluate(
    async (given) => (await (globalThis as any).axe.run(given)).violations,
    options,
  )
  const found = violations.map(({ id, nodes }: any) => [id, nodes[0].html])
  t.deepEqual(found, [], `axe-core: ${state}`)
}
