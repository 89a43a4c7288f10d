// The page that `npm start` serves at /, and pages of other origins, in a real Chromium.
import type { Browser, Page } from 'playwright-core'
import test from 'tape'
import { ada } from '../../../test/support/client.ts'
import { run } from '../../../test/support/process.ts'
import { startServer } from '../../../test/support/server.ts'
import {
  checkState,
  focused,
  launchBrowser,
  recordKeys,
  send,
  skip,
  skipWaits,
  startApi,
  tooManyAttempts,
  typeIntoFields,
  unavailable,
} from './_browser.ts'

const PASSWORD = 'three words here'
const kim = { user_email: 'kim@example.com', user_password: PASSWORD, user_name: 'Kim' }
const UNREACHABLE = 'The server cannot be reached. Is it still running?'

let browser: Browser
let api: Awaited<ReturnType<typeof startApi>>
let allowed: Awaited<ReturnType<typeof startServer>>
let other: Awaited<ReturnType<typeof startServer>>

test('Chromium, Sandbox and two pages of other origins start', { skip }, async (t) => {
  browser = await launchBrowser()
  allowed = await startFrontEnd()
  other = await startFrontEnd()
  const settings = `@limits\nattempts-window-minutes 900000\n@passwords\nminimum-length 9\n@cors\ntesting ${allowed.url} https://math.ai`
  api = await startApi((manifest) => manifest.replace('@cors', settings))
  t.ok(browser.isConnected())
})

test('without scripts, the page puts no password into a URL', { skip }, async (t) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  const urls: string[] = []
  page.on('request', (request) => urls.push(request.url(), request.headers().referer ?? ''))
  await page.goto(api.url)
  t.ok(await page.locator('noscript p').isVisible(), 'it says to turn JavaScript on')
  for (const [name, text] of Object.entries(kim)) await page.locator(`[name=${name}]`).fill(text)
  await page.keyboard.press('Enter')
  t.deepEqual(urls, [`${api.url}/`, ''], 'a disabled button sends nothing')
  const loaded = page.waitForEvent('load')
  await page.locator('form').evaluate((form: HTMLFormElement) => form.submit())
  await loaded
  t.equal(urls.length, 4)
  t.notOk([...urls, page.url()].some((url) => url.includes('three')))
  await context.close()
})

test('it is used by keyboard alone, and says what is wrong and what went well', { skip }, async (t) => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } })
  await page.goto(api.url)
  t.equal(await page.locator('label[for=user_password]').textContent(), 'Password (9 characters or more)')
  await checkColors(t, page, 'page-empty')
  t.ok(await fitsTheScreen(page))

  await send(page, { user_email: 'a@b', user_age: '200' })
  await page.getByText('Please correct 4 fields.').waitFor()
  t.equal(await focused(page), 'user_email', 'the first wrong field has the focus')
  t.equal(await page.locator('#user_email').getAttribute('aria-invalid'), 'true')
  t.match(String(await page.locator('#user_email_error').textContent()), /^This is not a complete e-mail address\./)
  t.equal(await page.locator('#outcome').getAttribute('role'), 'status', 'the outcome is announced')
  t.match(await text(page, '#request'), /"user_password": ""/, 'no dots for an empty password')
  t.match(await text(page, '#answer'), /^400 Bad Request, after \d+ ms\ncontent-type: application\/problem\+json\n/)
  const failure = await look(page)
  await checkColors(t, page, 'page-400')
  t.ok(await fitsTheScreen(page))

  await typeIntoFields(page, { ...kim, user_age: '17', user_school: 'Lycée' })
  await page.keyboard.press('Tab')
  t.equal(await focused(page), 'Sign up')
  const keys = recordKeys(page)
  await page.keyboard.press('Enter')
  await page.getByText('Welcome, Kim! Your account is ready.').waitFor()
  t.equal(await page.locator('[aria-invalid=true]').count(), 0)
  t.match(await text(page, '#answer'), /^201 Created, after \d+ ms\ncontent-type: application\/json\n\n\{\n {2}"uid"/)
  t.match(await text(page, '#request'), /"user_password": "••••••••"/, 'the password is not shown')
  t.notDeepEqual(await look(page), failure, 'success and failure look different')
  await checkColors(t, page, 'page-201')
  t.ok(await fitsTheScreen(page))

  const repeated = page.waitForResponse('**/signup')
  await page.keyboard.press('Enter')
  t.equal((await repeated).status(), 201, 'the same form sent again is a retry')
  t.equal(keys[0], keys[1])
  t.equal((await api.user(kim.user_email))?.user_age, 17)
  await page.close()
})

test('on a wide screen, form and answer stand side by side', { skip }, async (t) => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 800 } })
  await page.goto(api.url)
  const form = await page.locator('form').boundingBox()
  const answer = await page.locator('section').boundingBox()
  t.ok(form && answer && answer.x >= form.x + form.width && answer.y === form.y)
  await page.close()
})

test('it tries again after a 503, and shows Retry-After', { skip }, async (t) => {
  const page = await browser.newPage()
  const waits = await skipWaits(page)
  const keys = recordKeys(page)
  await page.goto(api.url)
  await typeIntoFields(page, kim)

  api.inject(tooManyAttempts)
  await page.keyboard.press('Enter')
  await page.locator('#outcome', { hasText: 'There were too many sign-ups from your network. Please try' }).waitFor()
  t.match(await text(page, '#answer'), /^429 Too Many Requests, .*\n(.*\n)*retry-after: \d{4,}\n/)
  t.deepEqual(await waits(), [], 'it does not wait for minutes')
  await checkState(t, page, 'page-429')

  api.inject(unavailable)
  await page.keyboard.press('Enter')
  await page
    .locator('#outcome', { hasText: 'We could not save your sign-up just now. Please try again in a' })
    .waitFor()
  t.match(await text(page, '#answer'), /^503 Service Unavailable, .*\n(.*\n)*retry-after: 2\n/)
  t.deepEqual(await waits(), [2000, 2000])
  await checkState(t, page, 'page-503')

  api.inject({})
  await page.keyboard.press('Enter')
  await page.getByText('This e-mail address already has an account. Log in instead.', { exact: true }).waitFor()
  t.equal(await text(page, '#outcome'), 'Please correct one field.')
  t.deepEqual([keys.length, new Set(keys).size], [5, 1], 'the same form keeps its key')
  await checkState(t, page, 'page-409')
  await page.close()
})

test('a long name, text of 200 % and forced colours do not break it', { skip }, async (t) => {
  const page = await browser.newPage({ viewport: { width: 360, height: 640 }, forcedColors: 'active' })
  await page.goto(api.url)
  const border = await page.locator('[type=submit]').evaluate((button) => getComputedStyle(button).borderTopWidth)
  t.equal(border, '1px', 'the button has a border')
  await send(page, { ...kim, user_email: 'long@example.com', user_name: 'W'.repeat(100) })
  await page.getByText(/^Welcome, W+! Your account is ready\.$/).waitFor()
  t.ok(await fitsTheScreen(page), 'a long name')
  await page.addStyleTag({ content: ':root { font-size: 200% }' })
  t.ok(await fitsTheScreen(page), 'text of 200 %')
  await page.close()
})

test('it says that it is local, fills in an example, copies it as curl, and shows the contract', {
  skip,
}, async (t) => {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  await page.goto(api.url)
  t.ok(await page.getByText('This is your machine: users are kept in memory').isVisible())
  await page.getByRole('button', { name: 'Fill in an example' }).click()
  await page.locator('[name=user_name]').fill("O'Neil")
  await page.getByRole('button', { name: 'Copy as curl' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  const { output } = await run(`${command} --silent`, '.')
  t.match(output, /^\{"uid":"[0-9a-f-]{36}"\}$/, command)
  await page.getByRole('link', { name: 'The contract' }).click()
  t.match(String(await page.textContent('body')), /^openapi: 3\.1\.1\n/)
  await context.close()
})

test('the front end that exists works unchanged', { skip }, async (t) => {
  const page = await openPage(allowed.url)
  for (const [name, text] of Object.entries({ ...ada, user_age: '17' })) await page.locator(`[name=${name}]`).fill(text)
  await page.keyboard.press('Enter')
  await page.locator('output', { hasText: 'uid' }).waitFor()
  const { uid, user_age } = (await api.user(ada.user_email)) ?? {}
  t.equal(await page.locator('output').textContent(), `uid: ${uid}`)
  t.equal(user_age, 17)

  await page.keyboard.press('Enter')
  await page.getByText('message: This e-mail address already has an account. Log in instead.').waitFor()
  await page.locator('[name=user_email]').fill('')
  await page.locator('[name=user_name]').fill('')
  await page.keyboard.press('Enter')
  await page.getByText('message: Enter your e-mail address. Enter your name.').waitFor()
  t.pass('it shows what is wrong')
  await page.close()
})

test('a page of an allowed origin may send any header, and reads every answer, Retry-After and the ID of the request', {
  skip,
}, async (t) => {
  const page = await openPage(allowed.url)
  const anyHeader = { 'idempotency-key': 'a-key', 'x-request-id': '1', traceparent: '00-0-0-00' }
  const wrong = await signUpFrom(page, { user_email: 'a@b' }, anyHeader)
  t.deepEqual([wrong.status, wrong.body.errors.length], [400, 3])
  t.equal((await signUpFrom(page, ada, { 'content-type': 'text/plain' })).status, 415)
  api.inject(tooManyAttempts)
  const refused = await signUpFrom(page, ada)
  api.inject({})
  t.equal(refused.status, 429)
  t.match(refused.retryAfter, /^\d+$/)
  t.match(refused.requestId, /^[0-9a-f-]{36}$/)
  await page.close()
})

test('a page of another origin is refused by the browser', { skip }, async (t) => {
  const page = await openPage(other.url)
  await signUpFrom(page, { ...ada, user_email: 'other@example.com' }).then(
    () => t.fail('it could read the answer'),
    (error) => t.match(error.message, /Failed to fetch/),
  )
  t.notOk(await api.user('other@example.com'), 'the preflight stopped it before it was sent')
  await page.close()
})

test('with the server gone, no old answer is left standing', { skip }, async (t) => {
  const page = await browser.newPage()
  await page.goto(api.url)
  await send(page, { user_email: 'a@b' })
  await page.getByText('Please correct 3 fields.').waitFor()
  await api.stop()
  await page.keyboard.press('Enter')
  await page.getByText(UNREACHABLE).waitFor()
  t.equal(await text(page, '#answer'), 'There was no answer.')
  t.equal(await page.locator('[aria-invalid=true]').count(), 0)
  await checkState(t, page, 'page-unreachable')
  await page.close()
})

test('all that was started stops', { skip }, async (t) => {
  await browser.close()
  await api.stop()
  await allowed.stop()
  await other.stop()
  t.notOk(browser.isConnected())
})

/** Checks a state in light and dark. */
async function checkColors(t: test.Test, page: Page, state: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' })
  await checkState(t, page, state)
  await page.emulateMedia({ colorScheme: 'light' })
  await checkState(t, page, state)
}

async function text(page: Page, selector: string): Promise<string> {
  return String(await page.locator(selector).textContent())
}

/** How the outcome looks: its colours and the sign in front of it. */
function look(page: Page): Promise<string[]> {
  return page.locator('#outcome').evaluate((element) => {
    const { color, backgroundColor } = getComputedStyle(element)
    return [color, backgroundColor, getComputedStyle(element, '::before').content]
  })
}

/** True if nothing is wider than the screen. */
function fitsTheScreen(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
}

/** What the front end did before this API was there. It knows no `errors`, no Idempotency-Key and no Retry-After. */
const FRONT_END = `<!doctype html><title>Front end</title>
  <form><input name="user_name"><input name="user_email"><input name="user_password"><input name="user_age"><button></button></form>
  <output></output>
  <script>
    document.querySelector('form').onsubmit = async (event) => {
      event.preventDefault()
      const { user_name, user_email, user_password, user_age } = Object.fromEntries(new FormData(event.target))
      const response = await fetch(globalThis.api + '/signup', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ user_name, user_email, user_password, user_age }),
      })
      const data = await response.json()
      document.querySelector('output').textContent = response.ok ? 'uid: ' + data.uid : 'message: ' + data.message
    }
  </script>`

function startFrontEnd() {
  return startServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(FRONT_END)
  })
}

async function openPage(url: string): Promise<Page> {
  const page = await browser.newPage()
  await page.addInitScript((url) => Object.assign(globalThis, { api: url }), api.url)
  await page.goto(url)
  return page
}

/** Signs up from a page by fetch. Resolves to what the page can read. */
function signUpFrom(page: Page, data: object, headers: Record<string, string> = {}) {
  return page.evaluate(
    async ({ url, body, headers }) => {
      const response = await fetch(`${url}/signup`, { method: 'POST', headers, body })
      const header = (name: string) => String(response.headers.get(name))
      const readable = { retryAfter: header('retry-after'), requestId: header('apigw-requestid') }
      return { status: response.status, ...readable, body: await response.json() }
    },
    { url: api.url, body: JSON.stringify(data), headers: { 'content-type': 'application/json', ...headers } },
  )
}
