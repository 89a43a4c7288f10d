// Pages of other origins call the API, in a real Chromium.
import type { Browser, Page } from 'playwright-core'
import test from 'tape'
import { ada } from '../support/client.ts'
import { startServer } from '../support/server.ts'
import { launchBrowser, skip, startApi, tooManyAttempts } from './_browser.ts'

let browser: Browser
let api: Awaited<ReturnType<typeof startApi>>
let allowed: Awaited<ReturnType<typeof startServer>>
let other: Awaited<ReturnType<typeof startServer>>

test('Chromium, Sandbox and two pages of other origins start', { skip }, async (t) => {
  browser = await launchBrowser()
  allowed = await startFrontEnd()
  other = await startFrontEnd()
  api = await startApi((manifest) => manifest.replace('@cors', `@cors\ntesting ${allowed.url} https://math.ai`))
  t.ok(browser.isConnected())
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

test('a page of an allowed origin reads every answer and Retry-After', { skip }, async (t) => {
  const page = await openPage(allowed.url)
  const wrong = await signUpFrom(page, { user_email: 'a@b' })
  t.deepEqual([wrong.status, wrong.body.errors.length], [400, 3])
  t.equal((await signUpFrom(page, ada, { 'content-type': 'text/plain' })).status, 415)
  api.inject(tooManyAttempts)
  const refused = await signUpFrom(page, ada)
  api.inject({})
  t.equal(refused.status, 429)
  t.match(refused.retryAfter, /^\d+$/)
  await page.close()
})

test('a page may send any request header', { skip }, async (t) => {
  const page = await openPage(allowed.url)
  const headers = { 'idempotency-key': 'a-key', 'x-request-id': '1', traceparent: '00-0-0-00' }
  t.equal((await signUpFrom(page, {}, headers)).status, 400)
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

test('all that was started stops', { skip }, async (t) => {
  await browser.close()
  await api.stop()
  await allowed.stop()
  await other.stop()
  t.notOk(browser.isConnected())
})

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
      return {
        status: response.status,
        retryAfter: String(response.headers.get('retry-after')),
        body: await response.json(),
      }
    },
    { url: api.url, body: JSON.stringify(data), headers: { 'content-type': 'application/json', ...headers } },
  )
}
