// front-end/SignUpForm.tsx in a real Chromium, against the real API.
import type { Browser, Page } from 'playwright-core'
import test from 'tape'
import { ada } from '../../../test/support/client.ts'
import { type Fault, pass } from '../../../test/support/proxy.ts'
import { freePorts, startServer } from '../../../test/support/server.ts'
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
import { startFormPage } from './_form-page.ts'

const WELCOME = 'Welcome! Your account is ready.'

let browser: Browser
let api: Awaited<ReturnType<typeof startApi>>
let formPage: Awaited<ReturnType<typeof startFormPage>>
/** The Idempotency-Key with which the form signed Ada up. */
let keyOfAda: string

test('Chromium, the API and a page with the form start', { skip }, async (t) => {
  browser = await launchBrowser()
  // The window never ends during the tests, so that Retry-After is always long.
  api = await startApi((manifest) => manifest.replace('@cors', '@limits\nattempts-window-minutes 900000\n\n@cors'))
  formPage = await startFormPage(`${api.url}/signup`)
  t.ok(browser.isConnected())
})

test('with a slow script, the form is not sent before React has hydrated it', { skip }, async (t) => {
  const { page, stop } = await openPage()
  const releaseScript = formPage.holdScript()
  const earlier = formPage.requests.length
  await page.goto(formPage.url, { waitUntil: 'commit' })
  await typeIntoFields(page, { ...ada, user_email: 'slow@example.com' })
  t.ok(await submitButton(page).isDisabled())
  await page.keyboard.press('Enter')
  const sent = formPage.requests.slice(earlier).map(({ method, url }) => `${method} ${url.split('?')[0]}`)
  t.deepEqual(sent, ['GET /', 'GET /form.js'])

  releaseScript()
  await page.locator('button[type=submit]:enabled').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText(WELCOME).waitFor()
  t.equal((await api.user('slow@example.com'))?.user_name, ada.user_name, 'what was typed before is sent')
  requireNoPassword(t, formPage.requests)
  await stop(t)
})

test('without scripts, the password is in no URL, whatever sends the form', { skip }, async (t) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(formPage.url)
  t.ok(await page.locator('noscript').isVisible(), 'it says to turn JavaScript on')
  for (const [name, text] of Object.entries(ada)) await page.locator(`[name=${name}]`).fill(text)
  await page.keyboard.press('Enter')
  t.equal(formPage.requests.at(-1)?.method, 'GET', 'a disabled button sends nothing')

  // A password manager or an extension may send the form without the button.
  const loaded = page.waitForEvent('load')
  await page.locator('form').evaluate((form: HTMLFormElement) => form.submit())
  await loaded
  t.equal(formPage.requests.at(-1)?.method, 'POST')
  requireNoPassword(t, [...formPage.requests, { url: page.url(), referer: '' }])
  await context.close()
})

test('it is filled in by keyboard: 400 marks the fields, 201 says welcome', { skip }, async (t) => {
  const { page, stop } = await openPage(formPage.url)
  await page.exposeFunction('onSignedUp', (uid: string) => uids.push(uid))
  const uids: string[] = []
  const keys = recordKeys(page)
  await checkState(t, page, 'form-empty')

  await send(page, { user_email: 'a@b', user_password: ada.user_password, user_age: '200' })
  await page.getByText('Please correct the marked fields.').waitFor()
  t.equal(await focused(page), 'user_email', 'the first wrong field has the focus')
  const email = page.getByRole('textbox', { name: 'E-mail address', exact: true })
  t.equal(await email.getAttribute('aria-invalid'), 'true')
  t.match(await description(page, 'user_email'), /^This is not a complete e-mail address\./)
  t.equal(await description(page, 'user_name'), 'Enter your name.')
  t.match(await description(page, 'user_age'), /^The age must be a whole number/)
  t.match(await description(page, 'user_password'), /^8 characters or more\./, 'it has a hint and no error')
  t.equal(await page.locator('[aria-invalid=true]').count(), 3)
  await checkState(t, page, 'form-400')

  await send(page, { ...ada, user_age: '17', user_school: 'Lycée' })
  await page.getByText(WELCOME).waitFor()
  t.equal(await focused(page), WELCOME, 'the focus is not lost')
  keyOfAda = String(keys.at(-1))
  const { uid, user_age } = (await api.user(ada.user_email)) ?? {}
  t.deepEqual([[uid], user_age], [uids, 17])
  await checkState(t, page, 'form-201')
  await stop(t)
})

test('fields have autocomplete tokens, and the password can be shown', { skip }, async (t) => {
  const { page, stop } = await openPage(formPage.url)
  await page.locator('button[type=submit]:enabled').waitFor()
  const inputs = await page.locator('input').all()
  const tokens = await Promise.all(inputs.map((input) => input.getAttribute('autocomplete')))
  t.deepEqual(tokens, ['email', 'new-password', 'name', 'off', 'organization'])
  const password = page.getByRole('textbox', { name: 'Password', exact: true })
  const show = page.getByRole('button', { name: 'Show password' })
  t.equal(await password.getAttribute('type'), 'password')
  await show.press('Space')
  t.deepEqual([await password.getAttribute('type'), await show.getAttribute('aria-pressed')], ['text', 'true'])
  const attributes = ['spellcheck', 'autocapitalize', 'autocorrect']
  const values = await Promise.all(attributes.map((name) => password.getAttribute(name)))
  t.deepEqual(values, ['false', 'none', 'off'], 'no spelling checker gets a shown password')
  await show.press('Space')
  t.deepEqual([await password.getAttribute('type'), await show.getAttribute('aria-pressed')], ['password', 'false'])
  await stop(t)
})

test('while it is busy, the button keeps the focus and sends nothing more', { skip }, async (t) => {
  const { page, stop } = await openPage()
  const keys = recordKeys(page)
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>()
  const hold: Fault = (exchange) => mayAnswer.then(() => pass(exchange))
  api.inject({ PutItem: hold })
  await page.goto(formPage.url)
  await page.getByRole('button', { name: 'Show password' }).click()
  await typeIntoFields(page, { ...ada, user_email: 'busy@example.com', user_school: '' })
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('status').filter({ hasText: 'Signing up…' }).waitFor()
  t.equal(await focused(page), 'Sign up')
  t.equal(await page.locator('input[readonly]').count(), 5, 'what is sent cannot be changed')
  t.equal(await page.locator('[name=user_password]').getAttribute('type'), 'password', 'it is hidden when it is sent')
  await checkState(t, page, 'form-sending')
  t.equal(await submitButton(page).getAttribute('aria-disabled'), 'true')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  answer()
  await page.getByText(WELCOME).waitFor()
  t.equal(keys.length, 1, 'one request')
  api.inject({})
  await stop(t)
})

test('409: the address is marked as taken, and a changed form gets a new key', { skip }, async (t) => {
  const { page, stop } = await openPage()
  const keys = recordKeys(page)
  await page.goto(formPage.url)
  await send(page, ada)
  await page.getByText('Please correct the marked fields.').waitFor()
  t.equal(await focused(page), 'user_email')
  t.equal(await description(page, 'user_email'), 'This e-mail address already has an account. Log in instead.')
  t.equal(await page.getByText('Request ID').count(), 0, 'only an error of the server has its ID')
  await checkState(t, page, 'form-409')
  await typeIntoFields(page, { user_email: 'a@b' })
  const sent = page.waitForRequest('**/signup')
  await page.keyboard.press('Enter')
  await sent
  t.notEqual(keys[0], keys[1])
  await stop(t)
})

test('429 and 503: it tries again by itself only if the wait is short', { skip }, async (t) => {
  const { page, stop } = await openPage()
  const waits = await skipWaits(page)
  const keys = recordKeys(page)
  await page.goto(formPage.url)
  await typeIntoFields(page, { ...ada, user_email: 'retry@example.com' })
  api.inject(tooManyAttempts)
  await page.keyboard.press('Enter')
  await page.getByText('There were too many sign-ups from your network. Please try again later.').waitFor()
  await page.getByText(/Try again in (a minute|\d+ minutes)\.$/).waitFor()
  const shortWaits = (await waits()).filter((ms) => ms < 60_000)
  t.deepEqual(shortWaits, [], 'it does not wait for minutes')
  t.equal(await submitButton(page).getAttribute('aria-disabled'), 'true', 'the button waits')
  await checkState(t, page, 'form-429')
  await page.keyboard.press('Enter')
  t.equal(keys.length, 1, 'nothing is sent meanwhile')

  await page.reload()
  await typeIntoFields(page, { ...ada, user_email: 'retry@example.com' })
  api.inject(unavailable)
  await page.keyboard.press('Enter')
  await page.getByText('We could not save your sign-up just now. Please try again in a moment.').waitFor()
  t.deepEqual(await waits(), [2000, 2000], 'it tries three times and waits as long as the API says')
  await page.getByText(/^Request ID: [0-9a-f-]{36}$/).waitFor()
  await checkState(t, page, 'form-503')

  const refused = page.waitForResponse((response) => response.status() === 503)
  await page.keyboard.press('Enter')
  await refused
  api.inject({})
  await page.getByText(WELCOME).waitFor()
  t.deepEqual(await waits(), [2000, 2000, 2000])
  t.deepEqual([keys.length, new Set(keys.slice(1)).size], [6, 1], 'the same form keeps its key')
  await stop(t)
})

test('422: the key belongs to another sign-up', { skip }, async (t) => {
  const { page, stop } = await openPage()
  await page.addInitScript((key) => {
    crypto.getRandomValues = (array) => Object.assign(array ?? {}, key.split('-'))
  }, keyOfAda)
  await page.goto(formPage.url)
  await send(page, { ...ada, user_password: 'another password' })
  await page.getByText('This account was already made with other details.').waitFor()
  await checkState(t, page, 'form-422')
  await stop(t)
})

test('it works over plain http in a LAN, and an exception in onSignedUp is reported as what it is', {
  skip,
}, async (t) => {
  const { page, stop } = await openPage()
  await page.addInitScript(() => {
    const onSignedUp = () => {
      throw Error('the next page is missing')
    }
    Object.assign(window, { onSignedUp })
  })
  await page.goto(formPage.lanUrl)
  t.equal(await page.evaluate(() => typeof crypto.randomUUID), 'undefined')
  await typeIntoFields(page, { ...ada, user_email: 'lan@example.com' })
  const reported = page.waitForEvent('pageerror')
  await page.keyboard.press('Enter')
  await page.getByText(WELCOME).waitFor()
  t.equal((await reported).message, 'the next page is missing')
  await stop(t, ['the next page is missing'])
})

test('an answer that is not from the API is shown as a sentence', { skip }, async (t) => {
  const { page, stop } = await openPage()
  const waits = await skipWaits(page)
  const unknown = 'The server sent an answer that this page does not understand. Please try again later.'
  const answers: [number, string, string][] = [
    [502, '<html>Bad gateway</html>', unknown],
    [200, '{"ok":true}', unknown],
    [500, '{"message":{"text":"no"}}', unknown],
    [500, 'null', unknown],
    [404, '{"message":"Not Found"}', 'Not Found'],
    [429, '{"message":"Too Many Requests"}', 'Too Many Requests'],
    [400, '{"message":"The field is wrong.","errors":[{"field":"x","message":"no"}]}', 'The field is wrong.'],
  ]
  let answer = { status: 0, body: '' }
  const other = await startServer(({ method }, response) => {
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
    if (method === 'OPTIONS') response.writeHead(204, cors).end()
    else response.writeHead(answer.status, cors).end(answer.body)
  })
  await page.goto(formPage.urlFor(other.url))
  await typeIntoFields(page, ada)
  for (const [status, body, sentence] of answers) {
    answer = { status, body }
    const answered = page.waitForResponse((response) => response.url().startsWith(other.url))
    await page.keyboard.press('Enter')
    await answered
    await page.getByRole('status').filter({ hasText: sentence }).waitFor()
    t.pass(`${status} ${body}`)
  }
  t.deepEqual(await waits(), [1000, 1000], 'without Retry-After it waits a second')
  await other.stop()
  await stop(t)
})

test('no server, and a server that never answers, are told as what they are', { skip }, async (t) => {
  const { page, stop } = await openPage()
  await page.addInitScript(() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    AbortSignal.timeout = (ms) => timeout(ms / 100)
  })
  const silent = await startServer(() => {})
  const [closedPort] = await freePorts(1)
  for (const url of [`http://127.0.0.1:${closedPort}`, silent.url]) {
    await page.goto(formPage.urlFor(url))
    await send(page, ada)
    await page.getByText('The server cannot be reached. Check your connection and try again.').waitFor()
    t.ok(await submitButton(page).isEnabled())
  }
  await checkState(t, page, 'form-unreachable')
  await silent.stop()
  await stop(t)
})

test('all that was started stops', { skip }, async (t) => {
  await browser.close()
  await api.stop()
  await formPage.stop()
  t.notOk(browser.isConnected())
})

/** A new page. `stop` closes it, and fails if React or the form reported any other error than those named. */
async function openPage(url?: string) {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => {
    const isAboutStatus = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isAboutStatus) errors.push(message.text())
  })
  if (url) await page.goto(url)
  return {
    page,
    async stop(t: test.Test, expected: string[] = []): Promise<void> {
      await page.close()
      t.deepEqual(errors, expected, 'the console is clean')
    },
  }
}

const submitButton = (page: Page) => page.locator('button[type=submit]')

/** What a screen reader says about a field besides its name. */
async function description(page: Page, name: string): Promise<string> {
  const ids = (await page.locator(`[name=${name}]`).getAttribute('aria-describedby'))?.split(' ') ?? []
  const texts = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()))
  return texts.join(' ').trim()
}

function requireNoPassword(t: test.Test, requests: { url: string; referer: string }[]): void {
  const urls = requests.flatMap(({ url, referer }) => [url, referer].map((text) => text.replaceAll('+', ' ')))
  const found = urls.filter((url) => decodeURIComponent(url).includes(ada.user_password))
  t.deepEqual(found, [], 'no URL has the password')
}
